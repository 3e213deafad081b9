import type { Logger } from 'pino'
import { auditKeys } from '../../../infra/audit-keys.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { AuditModel, type AuditRecord } from '../model.ts'
import { ChainModel, type ChainRecord } from './model.ts'
import { countOff } from '../tally/rules.ts'
import { tallies } from '../tally/service.ts'
import {
  anchorText,
  type Break,
  breakInWords,
  endMac,
  GENESIS,
  isLinked,
  isOurEnd,
  isOurs,
  linkOf,
} from './rules.ts'

const END = 'end'
const BATCH = 500

/**
 * Chains what has been written since the last time, in the order of writing. Lines and the chain's end change in one transaction that
 * asks for the end it began from: of two that seal at once one waits and begins again, and a process killed in between leaves nothing half done.
 */
export async function sealWaiting(now: Date, log: Logger) {
  for (;;) {
    const { sealed, foreign, read } = await sealBatch(now)
    if (foreign > 0) log.error({ foreign }, 'lines in the audit log that are not ours')
    if (read < BATCH) break
    if (sealed + foreign === 0) break
  }
  await tell(now, log)
}

const sealBatch = (now: Date) =>
  AuditModel.db.transaction(async () => {
    const keys = auditKeys()
    const lines = await AuditModel.find({ isWaiting: true })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<AuditRecord[]>()
    const ours = lines.filter((it) => isOurs(keys, it))
    const foreign = lines.filter((it) => !ours.includes(it))
    if (lines.length === 0) return { sealed: 0, foreign: 0, read: 0 }
    const begin = (await ChainModel.findById(END).lean<ChainRecord>()) ?? GENESIS
    let { seq, hash } = begin
    await AuditModel.bulkWrite([
      ...ours.map((line) => {
        hash = linkOf(keys, ++seq, hash, line.mac)
        return {
          updateOne: {
            filter: { _id: line._id, isWaiting: true },
            update: { $set: { seq, hash }, $unset: { isWaiting: 1 as const } },
          },
        }
      }),
      ...foreign.map(({ _id }) => ({
        updateOne: {
          filter: { _id },
          update: { $set: { isForeign: true }, $unset: { isWaiting: 1 as const } },
        },
      })),
    ])
    const end = { seq, hash, sealedAt: now }
    await ChainModel.updateOne(
      { _id: END, seq: begin.seq },
      { ...end, mac: endMac(keys, end) },
      { upsert: true },
    )
    return { sealed: ours.length, foreign: foreign.length, read: lines.length }
  })

/** Once a day the chain's end goes into the process log, which is kept elsewhere: the anchor that a database cannot rewrite. */
async function tell(now: Date, log: Logger) {
  const today = shanghaiDay(now)
  const end = await ChainModel.findOneAndUpdate(
    { _id: END, toldOn: { $ne: today } },
    { toldOn: today },
  ).lean<ChainRecord>()
  if (end) log.info({ anchor: anchorText(end) }, 'end of the audit chain')
}

/** The chain's end and what the last check found; null before the first line. */
export const chainEnd = () => ChainModel.findById(END).lean<ChainRecord>()

export interface Checked {
  lines: number
  /** Not chained yet: written in the last seconds. */
  waiting: number
  end: { seq: number; hash: string; at: Date | null }
  broken: Break | null
}

/**
 * Walks the whole chain once, a batch in memory at a time, and stops at the first link that does not hold. `anchor` is an end that was
 * written down outside: a chain that was cut off and given an older end is told by it.
 */
export async function checkChain(anchor: { seq: number; hash: string } | null = null): Promise<Checked> {
  const keys = auditKeys()
  const end = await chainEnd()
  const total = await AuditModel.countDocuments({})
  const points = [...(anchor ? [anchor] : []), ...(end ? [{ seq: end.seq, hash: end.hash }] : [])]
  let last: Checked['end'] = { ...GENESIS, at: null }
  const stop = (broken: Break | null, waiting = 0): Checked => ({
    lines: last.seq,
    waiting,
    end: last,
    broken,
  })

  const told = await tallies()
  if (!told) return stop({ fault: 'tally', seq: end?.seq ?? 0, at: end?.sealedAt ?? null })
  const count = countOff(told)
  if (end && !isOurEnd(keys, end)) return stop({ fault: 'end', seq: end.seq, at: end.sealedAt })
  const lines = AuditModel.find({ seq: { $gt: 0 } })
    .sort({ seq: 1 })
    .lean<AuditRecord[]>()
    .cursor({ batchSize: 1_000 })
  for await (const line of lines as AsyncIterable<AuditRecord & { seq: number; hash: string }>) {
    const wanted = last.seq + 1
    const fault = faultOf(line, wanted, last.hash, end?.seq ?? 0)
    if (fault) return stop({ fault, seq: fault === 'removed' ? wanted : line.seq, at: line.at })
    last = { seq: line.seq, hash: line.hash, at: line.at }
    if (!isTold(count, line)) return stop({ fault: 'tally', seq: line.seq, at: line.at })
    if (points.some((it) => it.seq === line.seq && !line.hash.startsWith(it.hash))) {
      return stop({ fault: 'end', seq: line.seq, at: line.at })
    }
  }
  const missing = points.find((it) => it.seq > last.seq)
  if (missing) return stop({ fault: 'cut', seq: last.seq + 1, at: last.at })
  const waiting = await countWaiting(count)
  return stop((await outsideTheChain(total, last.seq)) ?? missingOf(count), waiting)
}

type Count = ReturnType<typeof countOff>

/** A line from before they were numbered is nobody's; every other one is its writer's. */
const isTold = (count: Count, { writer, no, seq, at }: AuditRecord) =>
  !writer || count.see(writer, no ?? 0, { seq: seq ?? 0, at })

/** Lines that wait for their place are there, too. */
async function countWaiting(count: Count) {
  const waiting = await AuditModel.find({ isWaiting: true }, { writer: 1, no: 1, at: 1 })
    .sort({ _id: 1 })
    .lean<AuditRecord[]>()
  for (const line of waiting) isTold(count, line)
  return waiting.length
}

function missingOf(count: Count): Break | null {
  const place = count.missing()
  return place && { fault: 'missing', ...place }
}

function faultOf(
  line: AuditRecord & { seq: number; hash: string },
  wanted: number,
  previous: string,
  endSeq: number,
): Break['fault'] | null {
  const keys = auditKeys()
  if (line.seq < wanted || !Number.isInteger(line.seq)) return 'inserted'
  if (line.seq > wanted) return 'removed'
  if (!isOurs(keys, line)) return line.seq > endSeq ? 'inserted' : 'edited'
  return isLinked(keys, line, previous) ? null : 'reordered'
}

/** Lines that are neither chained nor waiting; looked for only when the numbers do not add up. */
async function outsideTheChain(total: number, chained: number): Promise<Break | null> {
  if (total <= chained) return null
  const stray = await AuditModel.findOne({
    isWaiting: { $ne: true },
    $or: [{ seq: { $exists: false } }, { seq: { $not: { $gt: 0 } } }],
  }).lean<AuditRecord>()
  return stray ? { fault: 'foreign', seq: chained, at: stray.at } : null
}

/** Keeps what a check found, for the auditors' page. */
export const keepCheck = ({ lines, broken }: Checked, now: Date) =>
  ChainModel.updateOne(
    { _id: END },
    { checkedAt: now, checkedSeq: lines, fault: broken ? breakInWords(broken) : '' },
  )
