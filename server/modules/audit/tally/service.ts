import { randomBytes } from 'node:crypto'
import type { mongo, Types } from 'mongoose'
import { auditKeys } from '../../../infra/audit-keys.ts'
import { runningSession } from '../../../infra/mongo.ts'
import { isOurTally, tallyMac } from '../chain/rules.ts'
import { AuditModel } from '../model.ts'
import { TallyModel, type TallyRecord } from './model.ts'

/** So long after a line its writer tells of it at the latest; as long as a line waits for its place in the chain. */
const TELL_MS = 5_000
/** A writer's lines are counted off in memory, and its void ones listed in one document. */
const MOST_LINES = 5_000

interface Writer {
  id: string
  next: number
  /** Handed out, and not yet known whether the line was written. */
  open: Set<number>
  void: number[]
  timer: NodeJS.Timeout | null
}

let writer: Promise<Writer> | null = null

/** A writer tells that it begins before it writes: a line whose writer has told nothing is one whose tally was taken away. */
async function begin(): Promise<Writer> {
  const fresh = {
    id: randomBytes(9).toString('base64url'),
    next: 1,
    open: new Set<number>(),
    void: [],
    timer: null,
  }
  await tell(fresh)
  return fresh
}

async function current(): Promise<Writer> {
  const standing = await (writer ??= begin())
  if (standing.next <= MOST_LINES) return standing
  // Of those who find it full at once, the first replaces it.
  if ((await writer) === standing) writer = begin()
  return current()
}

/**
 * A number of this process's own for a line that is about to be written. Costs no word with the database. `settle` says how
 * that ended; in a transaction it is looked up when the transaction has ended.
 */
export async function takeNumber() {
  const from = await current().catch((error: unknown) => {
    writer = null
    throw error
  })
  const no = from.next++
  from.open.add(no)
  from.timer ??= setTimeout(() => void tellLater(from), TELL_MS).unref()
  const end = (isWritten: boolean) => {
    if (from.open.delete(no) && !isWritten) from.void.push(no)
  }
  const settle = (isWritten: boolean, lineId: Types.ObjectId) => {
    const session = runningSession()
    if (isWritten && session?.inTransaction()) afterwards(session, { lineId, end })
    else end(isWritten)
  }
  return { writer: from.id, no, settle }
}

interface Unsure {
  lineId: Types.ObjectId
  end: (isWritten: boolean) => void
}
const unsure = new WeakMap<mongo.ClientSession, Unsure[]>()
/** Of transactions that are over; looked up together, as one read for each would be felt (measured: half the lines a second). */
const over: Unsure[] = []
const SOON_MS = 50
let soon: NodeJS.Timeout | null = null

/** A transaction may begin again or come to nothing, and its lines with it: once it is over, they are there or not. */
function afterwards(session: mongo.ClientSession, line: Unsure) {
  const lines = unsure.get(session)
  if (lines) return void lines.push(line)
  const all = [line]
  unsure.set(session, all)
  session.once('ended', () => {
    over.push(...all)
    soon ??= setTimeout(() => void lookUp(), SOON_MS).unref()
  })
}

/** Where it cannot be looked up, nothing is claimed: a line too many in the log is no fault, one too few would be. */
async function lookUp() {
  const lines = over.splice(0)
  soon = null
  if (lines.length === 0) return
  const found = await AuditModel.collection
    .find({ _id: { $in: lines.map((it) => it.lineId) } }, { projection: { _id: 1 } })
    .toArray()
    .catch(() => [])
  const there = new Set(found.map((it) => String(it._id)))
  for (const { lineId, end } of lines) end(there.has(String(lineId)))
}

async function tellLater(from: Writer) {
  from.timer = null
  // What could not be told now is told with the next line: an untold line is only not missed yet.
  await tell(from).catch(() => null)
  if (from.open.size > 0) from.timer ??= setTimeout(() => void tellLater(from), TELL_MS).unref()
}

/** Past the models: within somebody's transaction it must not become part of it. */
async function tell(from: Writer) {
  const last = Math.min(from.next, ...from.open) - 1
  const told = { _id: from.id, last, void: from.void.filter((it) => it <= last), at: new Date() }
  const { _id, ...rest } = { ...told, mac: tallyMac(auditKeys(), told) }
  await TallyModel.collection.updateOne({ _id: _id as never }, { $set: rest }, { upsert: true })
}

/** Tells of every line there is, before a process goes. */
export async function tellAll() {
  await lookUp()
  const standing = await writer?.catch(() => null)
  if (standing) await tell(standing)
}

/** Begins with number 1 again, under another name: for a log that has been emptied. */
export async function beginAnew() {
  const standing = await writer?.catch(() => null)
  if (standing?.timer) clearTimeout(standing.timer)
  writer = null
}

/** What every writer has told; null when one of the tallies does not say what we wrote. */
export async function tallies() {
  const all = await TallyModel.find({ _id: { $gt: '' } }).lean<TallyRecord[]>()
  const keys = auditKeys()
  return all.every((it) => isOurTally(keys, it)) ? new Map(all.map((it) => [it._id, it])) : null
}
