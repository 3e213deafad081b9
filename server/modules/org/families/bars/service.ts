import { Types } from 'mongoose'
import { numbersOf, ownersOf } from '../../../accounts/service.ts'
import { BarModel, type BarRecord } from './model.ts'

const MOST = 50

/** By whom somebody is known: an account, a phone, or both. */
export interface Known {
  personId?: string | null | undefined
  phoneIndex?: string | null | undefined
}

const knownAs = ({ personId, phoneIndex }: Known) => [
  ...(personId ? [{ personId: new Types.ObjectId(personId) }] : []),
  ...(phoneIndex ? [{ phoneIndex }] : []),
]

/** Whether somebody may not come to a child. Inside a transaction that took the child's turn the answer stays true. */
export async function isBarred(studentId: Types.ObjectId, known: Known) {
  const either = knownAs(known)
  if (either.length === 0) return false
  return Boolean(await BarModel.exists({ studentId, status: 'active', $or: either }))
}

/** The children somebody may not come to. */
export async function barredFrom(known: Known) {
  const either = knownAs(known)
  const bars =
    either.length === 0
      ? []
      : await BarModel.find({ status: 'active', $or: either }).limit(MOST).lean<BarRecord[]>()
  return new Set(bars.map((it) => String(it.studentId)))
}

/** Whether the school keeps a person away from a child by order of a court: they are told so in a neutral sentence. */
export const isKeptAway = async (personId: string) =>
  Boolean(
    await BarModel.exists({ personId: new Types.ObjectId(personId), status: 'active', because: 'court' }),
  )

const BY_COURT = { status: 'active', because: 'court' } as const

/**
 * Everybody with an account whom a court keeps away from one of some children, also by the number the roster knew: they may hold a post
 * at its school.
 */
export async function keptAwayAmong(studentIds: Types.ObjectId[]) {
  const bars = await BarModel.find(
    { studentId: { $in: studentIds }, ...BY_COURT },
    { studentId: 1, personId: 1, phoneIndex: 1 },
  ).lean<BarRecord[]>()
  return pairsOf(bars)
}

async function pairsOf(bars: readonly BarRecord[]) {
  const owners = await ownersOf(bars.flatMap((it) => it.phoneIndex ?? []))
  return bars.flatMap(({ studentId, personId, phoneIndex }) =>
    [...new Set([personId && String(personId), owners.get(phoneIndex ?? '')])]
      .filter((it) => typeof it === 'string')
      .map((one) => ({ studentId: String(studentId), personId: one })),
  )
}

/** The same for all children there are, a page of the bars at a time; `next` is where the next page begins. */
export async function keptAwayAfter(after: Types.ObjectId | null, most: number) {
  const bars = await BarModel.find(
    { ...BY_COURT, ...(after && { _id: { $gt: after } }) },
    { studentId: 1, personId: 1, phoneIndex: 1 },
  )
    .sort({ _id: 1 })
    .limit(most)
    .lean<BarRecord[]>()
  return { pairs: await pairsOf(bars), next: bars.length < most ? null : (bars.at(-1)?._id ?? null) }
}

export const keptAwayFrom = async (studentId: Types.ObjectId) =>
  (await keptAwayAmong([studentId])).map((it) => it.personId)

/** The children from whom a court keeps somebody with an account away. */
export async function childrenKeptFrom(personId: string): Promise<Types.ObjectId[]> {
  const phoneIndex = (await numbersOf([personId])).get(personId)?.phoneIndex
  const bars = await BarModel.find({ ...BY_COURT, $or: knownAs({ personId, phoneIndex }) }, { studentId: 1 })
    .limit(MOST)
    .lean<BarRecord[]>()
  return bars.map((it) => it.studentId)
}

/** What stands between people and a child, and what was asked for, the newest first. */
export const barsOf = (studentId: Types.ObjectId) =>
  BarModel.find({ studentId, status: { $in: ['asked', 'active', 'lifted'] } })
    .sort({ _id: -1 })
    .limit(MOST)
    .lean<BarRecord[]>()

/** Of some children, those with somebody whom a court keeps away: who lets a guardian in should look twice. */
export async function guardedAmong(studentIds: Types.ObjectId[]) {
  const bars = await BarModel.find(
    { studentId: { $in: studentIds }, status: 'active', because: 'court' },
    { studentId: 1 },
  ).lean<BarRecord[]>()
  return new Set(bars.map((it) => String(it.studentId)))
}

/** Of pairs a list names, those that may not be: `student phone`. One query for a batch of rows. */
export async function barredPairs(pairs: readonly { studentId: Types.ObjectId; phoneIndex: string }[]) {
  if (pairs.length === 0) return new Set<string>()
  const bars = await BarModel.find(
    {
      status: 'active',
      studentId: { $in: pairs.map((it) => it.studentId) },
      phoneIndex: { $in: pairs.map((it) => it.phoneIndex) },
    },
    { studentId: 1, phoneIndex: 1 },
  ).lean<BarRecord[]>()
  return new Set(bars.map((it) => pairKey(it.studentId, it.phoneIndex ?? '')))
}

export const pairKey = (studentId: unknown, phoneIndex: string) => `${String(studentId)} ${phoneIndex}`
