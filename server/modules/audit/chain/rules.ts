import { createHmac, timingSafeEqual } from 'node:crypto'
import { instantInWords } from '../../../infra/clock.ts'
import type { AuditRecord } from '../model.ts'

export type Keys = readonly { id: string; key: Buffer }[]

/** What is sealed of a line: everything it says. What the chain adds later is not part of it. */
export type Line = Omit<AuditRecord, 'mac' | 'seq' | 'hash' | 'isWaiting' | 'isForeign'>

/** What comes before the first line. */
export const GENESIS = { seq: 0, hash: '' }

const idText = (id: { toString(): string } | null | undefined) => id?.toString() ?? null

/** One text for one line, whatever order its fields come back in. The leading version changes when a field is added. */
const textOf = (it: Line) =>
  JSON.stringify([
    // Lines from before they were numbered go on saying what they said.
    it.writer ? 2 : 1,
    String(it._id),
    it.at.toISOString(),
    it.act,
    idText(it.actorId),
    it.actorRole ?? null,
    it.post ?? null,
    idText(it.postUnitId),
    it.ip,
    it.device,
    idText(it.unitId),
    it.path,
    it.unitIds.map(String),
    it.studentIds.map(String),
    it.coversUnit,
    idText(it.personId),
    it.detail,
    it.approval ? [it.approval.ground, idText(it.approval.approvalId), idText(it.approval.approverId)] : null,
    it.once ?? null,
    ...(it.writer ? [it.writer, it.no] : []),
  ])

function seal(keys: Keys, text: string, keyId = keys[0]?.id): string | null {
  const found = keys.find((it) => it.id === keyId)
  return found ? `${found.id}.${createHmac('sha256', found.key).update(text).digest('base64url')}` : null
}

/** Whether a seal is ours, made with whichever of our keys it names. */
function fits(keys: Keys, text: string, given: string) {
  const ours = seal(keys, text, given.split('.', 1)[0])
  return (
    ours !== null && ours.length === given.length && timingSafeEqual(Buffer.from(ours), Buffer.from(given))
  )
}

const must = (sealed: string | null) => {
  if (sealed === null) throw new Error('The audit log has no key')
  return sealed
}

export const macOf = (keys: Keys, line: Line) => must(seal(keys, `line\n${textOf(line)}`))

/** Whether a line says what we wrote. What somebody else put there need not even have the shape of one. */
export const isOurs = (keys: Keys, line: Line & { mac: string }) =>
  isLine(line) && fits(keys, `line\n${textOf(line)}`, line.mac)

const isLine = (line: Line & { mac: unknown }) =>
  line.at instanceof Date &&
  Array.isArray(line.unitIds) &&
  Array.isArray(line.studentIds) &&
  typeof line.mac === 'string'

const linkText = (seq: number, previous: string, mac: string) => `link\n${seq}\n${previous}\n${mac}`

/** The link of a line to the one before it. */
export const linkOf = (keys: Keys, seq: number, previous: string, mac: string) =>
  must(seal(keys, linkText(seq, previous, mac)))

export const isLinked = (keys: Keys, line: { seq: number; hash: string; mac: string }, previous: string) =>
  typeof line.hash === 'string' && fits(keys, linkText(line.seq, previous, line.mac), line.hash)

const endText = ({ seq, hash, sealedAt }: End) => `end\n${seq}\n${hash}\n${sealedAt.toISOString()}`

export interface End {
  seq: number
  hash: string
  sealedAt: Date
}

export const endMac = (keys: Keys, end: End) => must(seal(keys, endText(end)))
export const isOurEnd = (keys: Keys, end: End & { mac: string }) => fits(keys, endText(end), end.mac)

interface Tally {
  _id: string
  last: number
  void: readonly number[]
}
const tallyText = ({ _id, last, void: gone }: Tally) => `tally\n${_id}\n${last}\n${gone.join()}`

export const tallyMac = (keys: Keys, tally: Tally) => must(seal(keys, tallyText(tally)))
export const isOurTally = (keys: Keys, tally: Tally & { mac: string }) =>
  typeof tally.mac === 'string' && Array.isArray(tally.void) && fits(keys, tallyText(tally), tally.mac)

/** How a chain can be broken, with the words people read. */
export const FAULTS = {
  edited: '内容被改动过',
  removed: '有记录被删除',
  inserted: '混入了不是本系统写入的记录',
  reordered: '记录的次序被调换过',
  cut: '链条末尾的记录被删除',
  end: '链条末端的登记被改动过',
  missing: '在它后面不久，有记录没等入链就被删除',
  tally: '记录编号的登记被改动或删除过',
  foreign: '有不是本系统写入的记录，没有进入链条',
} as const
export type Fault = keyof typeof FAULTS

/** The first place where the chain does not hold. */
export interface Break {
  fault: Fault
  seq: number
  at: Date | null
}

/** 第523条（11月22日(周日) 18:05）：内容被改动过 */
export const breakInWords = ({ fault, seq, at }: Break) =>
  `${seq > 0 ? `第${seq}条` : '最前面'}${at ? `（${instantInWords(at)}）` : ''}：${FAULTS[fault]}`

/** A chain's end as it is told outside: `1234:k1.Ab3…`; its first 22 characters are enough to know it again. */
export const anchorText = ({ seq, hash }: { seq: number; hash: string }) => `${seq}:${hash.slice(0, 22)}`

/** What somebody wrote down earlier, or null when it is not such a text. */
export function readAnchor(text: string) {
  const [, seq, hash] = /^(\d{1,15}):([\w.-]{12,60})$/.exec(text.trim()) ?? []
  return seq && hash ? { seq: Number(seq), hash } : null
}
