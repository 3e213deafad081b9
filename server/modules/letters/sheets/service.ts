import type { Redis } from 'ioredis'
import { Types } from 'mongoose'
import type { Tally } from '#contract/letters'
import type { UnitKind } from '#contract/org'
import { Refusal } from '../../../http/errors.ts'
import { updateOnePlain } from '../../../infra/plain.ts'
import { cached } from '../../../infra/redis.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { BELOW, DEPTH, idAtExpression, within } from '../../org/tree/rules.ts'
import { findUnit } from '../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { ChildsLetter, LetterInScope } from '../policy.ts'
import { monthsBetween } from '../rules.ts'
import { addressesAround } from '../placing/service.ts'
import { makeSheets } from '../sending/service.ts'
import { OPEN, READABLE, refuseClosed } from './closing/service.ts'
import { SheetModel, type SheetRecord } from './model.ts'
import { ANY, type Deed, NOTHING, receipt, type Rule, sheetId } from './rules.ts'
import { weighing } from './weighing/rules.ts'
import { neededOf } from './weighing/service.ts'

/** What one family needs of its class's sheet: its own marks and the words of the class. */
export type FamilySheet = Pick<
  SheetRecord,
  | '_id'
  | 'schoolName'
  | 'className'
  | 'teacher'
  | 'sentAt'
  | 'readBy'
  | 'confirmedBy'
  | 'signedBy'
  | 'answeredBy'
  | 'byHand'
  | 'objectedBy'
  | 'isForEach'
  | 'confirmedIds'
  | 'signedIds'
  | 'conflictIds'
>

const familyPart = (studentId: string): Record<string, unknown> => ({
  schoolName: 1,
  className: 1,
  teacher: 1,
  sentAt: 1,
  [`readBy.${studentId}`]: 1,
  [`confirmedBy.${studentId}`]: 1,
  [`signedBy.${studentId}`]: 1,
  [`answeredBy.${studentId}`]: 1,
  [`byHand.${studentId}`]: 1,
  [`objectedBy.${studentId}`]: 1,
  isForEach: 1,
  confirmedIds: onlyThis('confirmedIds', studentId),
  signedIds: onlyThis('signedIds', studentId),
  conflictIds: onlyThis('conflictIds', studentId),
})

/** Of a set of families no more than this one. */
const onlyThis = (field: string, studentId: string) => ({
  $cond: [
    { $in: [new Types.ObjectId(studentId), { $ifNull: [`$${field}`, []] }] },
    [new Types.ObjectId(studentId)],
    [],
  ],
})

/**
 * Records what a guardian did and gives the family's part of the sheet as it is then. Repeated, it changes nothing. Where each
 * guardian is asked, who belongs to the family is looked up before and after: somebody may leave it at this moment.
 */
export async function record(proof: ChildsLetter, deeds: readonly Deed[], now: Date): Promise<FamilySheet> {
  const { letter, child } = proof
  if (letter.receiptRule !== 'each' || deeds.every((it) => it === 'read')) {
    const among = deeds.every((it) => it === 'read') ? READABLE : OPEN
    return write(proof, (student) => receipt(student, child.personId, deeds, now, ruleOf(letter)), among)
  }
  const needed = await neededOf(child.studentId)
  const sheet = await write(proof, (student) =>
    receipt(student, child.personId, deeds, now, { kind: 'each', needed }),
  )
  const after = await neededOf(child.studentId)
  return String(after) === String(needed) ? sheet : write(proof, (it) => weighing(it, after, now), {})
}

const ruleOf = ({ receiptRule }: Pick<LetterRecord, 'receiptRule'>): Rule =>
  receiptRule === 'once' ? { kind: 'once' } : ANY

/** One update of a family's sheet that still takes it, which a class that was founded after the sending gets now. */
export async function write(
  { letter, child, classId }: ChildsLetter,
  update: (student: Types.ObjectId) => object[],
  among: object = OPEN,
): Promise<FamilySheet> {
  const _id = sheetId(String(letter._id), classId)
  const once = () =>
    updateOnePlain<FamilySheet>(
      SheetModel,
      // Its key is a text.
      { _id, ...among } as object,
      update(new Types.ObjectId(child.studentId)),
      { projection: familyPart(child.studentId) },
    )
  const late = async () => {
    await refuseClosed(_id)
    await lateSheet(letter, classId)
    return once()
  }
  const sheet = (await once()) ?? (await late())
  if (!sheet) await refuseClosed(_id)
  if (!sheet) throw new Refusal('not_found', '没有这封信')
  return sheet
}

/** The sheet of a class that was founded after the sending. */
async function lateSheet(letter: ChildsLetter['letter'], classId: string) {
  const unit = await findUnit(classId)
  if (unit) await makeSheets(letter, [unit])
}

/** The sheets of one family, by letter. */
export async function familySheets(studentId: string, ids: string[]) {
  const sheets = await SheetModel.find({ _id: { $in: ids } }, familyPart(studentId)).lean<FamilySheet[]>()
  return new Map(sheets.map((it) => [it._id.slice(0, 24), it]))
}

/** The sheets of several families, read at once; what is asked of one names one family. */
export async function sheetsOfFamilies(studentIds: readonly string[], ids: readonly string[]) {
  const {
    confirmedIds: _confirmed,
    signedIds: _signed,
    ...parts
  } = Object.assign({}, ...studentIds.map(familyPart)) as Record<string, unknown>
  const projection = { ...parts, confirmedIds: 1, signedIds: 1 }
  const sheets = await SheetModel.find({ _id: { $in: [...new Set(ids)] } }, projection).lean<FamilySheet[]>()
  const byId = new Map(sheets.map((it) => [it._id, it]))
  return (id: string, studentId: string): FamilySheet | undefined => {
    const sheet = byId.get(id)
    const own = (set: readonly Types.ObjectId[] = []) => set.filter((it) => String(it) === studentId)
    return sheet && { ...sheet, confirmedIds: own(sheet.confirmedIds), signedIds: own(sheet.signedIds) }
  }
}

const sums = Object.fromEntries(Object.keys(NOTHING).map((key) => [key, { $sum: `$${key}` }]))

/** The receipts of one letter below a path, by the units of one kind: read from the index alone. */
export async function tallyBy(letterId: Types.ObjectId, path: string, kind: UnitKind) {
  const rows = await SheetModel.aggregate<Tally & { _id: string }>([
    { $match: { letterId, path: within(path) } },
    { $group: { _id: idAtExpression(DEPTH[kind]), ...sums } },
  ])
  return new Map(rows.map(({ _id, ...tally }) => [_id, tally]))
}

/** Families of another opinion, by the units of one kind: few sheets, from an index of their own. */
export async function opinionsBy(letterId: Types.ObjectId, path: string, kind: UnitKind) {
  const rows = await SheetModel.aggregate<{ _id: string; objected: number; open: number }>([
    { $match: { letterId, path: within(path), objected: { $exists: true, $gte: 0 } } },
    {
      $group: {
        _id: idAtExpression(DEPTH[kind]),
        objected: { $sum: '$objected' },
        open: { $sum: '$open' },
      },
    },
  ])
  return new Map(rows.map(({ _id, ...it }) => [_id, it]))
}

/** The roll-up of one letter below a unit. A district's or city's may be some seconds old; a school's is of this moment. */
export async function figuresOf(letter: LetterRecord, scope: UnitScope, redis: Redis, now: Date) {
  const count = async () => {
    const rows = Object.fromEntries(await tallyBy(letter._id, scope.path, BELOW[scope.kind]))
    const opinions = Object.fromEntries(await opinionsBy(letter._id, scope.path, BELOW[scope.kind]))
    return { rows, opinions, total: total(Object.values(rows)), countedAt: now.toISOString() }
  }
  if (DEPTH[scope.kind] >= DEPTH.school) return count()
  return cached(redis, `letters:figures:${String(letter._id)}:${scope.unitId}`, 5, count)
}

const total = (tallies: Tally[]): Tally =>
  tallies.reduce(
    (sum, it) => ({
      expected: sum.expected + it.expected,
      reached: sum.reached + it.reached,
      read: sum.read + it.read,
      confirmed: sum.confirmed + it.confirmed,
      signed: sum.signed + it.signed,
    }),
    NOTHING,
  )

/** The receipts of some letters below one path, by letter. */
export async function talliesOf(letterIds: Types.ObjectId[], path: string) {
  const rows = await SheetModel.aggregate<Tally & { _id: Types.ObjectId }>([
    { $match: { letterId: { $in: letterIds }, path: within(path) } },
    { $group: { _id: '$letterId', ...sums } },
  ])
  return new Map(rows.map(({ _id, ...tally }) => [String(_id), tally]))
}

/** The receipts of some sheets, by letter. */
export async function talliesOfSheets(ids: string[]): Promise<Map<string, Tally>> {
  const counters = { letterId: 1, ...Object.fromEntries(Object.keys(NOTHING).map((key) => [key, 1])) }
  const sheets = await SheetModel.find({ _id: { $in: ids } }, counters).lean<
    (Tally & { letterId: Types.ObjectId })[]
  >()
  return new Map(sheets.map(({ letterId, ...tally }) => [String(letterId), tally]))
}

/** The receipts of all letters of a period by child unit, for the dashboard: read from the index alone. */
export async function readRateBy(
  scope: UnitScope<'seeFigures'>,
  kind: UnitKind,
  { from, to }: { from: Date; to: Date },
): Promise<Map<string, Tally>> {
  const rows = await SheetModel.aggregate<Tally & { _id: string }>([
    {
      $match: {
        month: { $in: monthsBetween(from, to) },
        path: within(scope.path),
        sentAt: { $gte: from, $lte: to },
      },
    },
    { $group: { _id: idAtExpression(DEPTH[kind]), ...sums } },
  ])
  return new Map(rows.map(({ _id, ...tally }) => [_id, tally]))
}

/** Classes below a path that a letter has gone to in a time: their sheets name the children of that day. */
export async function classesReached(path: string, from: Date, to: Date): Promise<Set<string>> {
  const classIds = await SheetModel.distinct('classId', {
    month: { $in: monthsBetween(from, to) },
    path: within(path),
    sentAt: { $gte: from },
  })
  return new Set(classIds.map(String))
}

/** The latest letters that reached a unit, with its receipts: what a teacher sees first. */
export async function latestLettersTo(scope: UnitScope<'seeFigures'>, most: number) {
  const letters = await LetterModel.find({
    'audience.unitId': { $in: await addressesAround(scope) },
    status: 'sent',
    supersededBy: null,
  })
    .sort({ sentAt: -1, _id: -1 })
    .limit(most)
    .lean<(LetterRecord & { sentAt: Date })[]>()
  const tallies = await talliesOf(
    letters.map((it) => it._id),
    scope.path,
  )
  return letters.map((letter) => ({ letter, tally: tallies.get(String(letter._id)) ?? NOTHING }))
}

/** One class's sheet with the names on it, by student number. */
export async function namedSheet({ letter, scope }: LetterInScope<'seeFamilies'>) {
  if (scope.kind !== 'class') throw new Refusal('invalid', '签收单按班查看，请选择一个班')
  const sheet = await SheetModel.findById(sheetId(String(letter._id), scope.unitId)).lean<SheetRecord>()
  if (!sheet) throw new Refusal('not_found', '这封信没有发给这个班')
  const [students, bonds] = await Promise.all([
    findStudents(sheet.roster.map(String)),
    joinedGuardiansOf(sheet.roster),
  ])
  students.sort((a, b) => (a.number < b.number ? -1 : 1))
  return { sheet, students, bonds, confirmation: letter.confirmation }
}

export type NamedSheet = Awaited<ReturnType<typeof namedSheet>>

/** The sheets of a letter below a path, a school's at most, in the order of classes. */
export const sheetsWithin = (letterId: Types.ObjectId, path: string, most: number) =>
  SheetModel.find({ letterId, path: within(path) })
    .sort({ path: 1 })
    .limit(most)
    .lean<SheetRecord[]>()

/** Whether a child stands on the sheet of a class. */
export const isOnSheet = async (letterId: string, classId: string, studentId: string) =>
  /^[0-9a-f]{24}$/.test(studentId) &&
  Boolean(await SheetModel.exists({ _id: sheetId(letterId, classId), roster: new Types.ObjectId(studentId) }))
