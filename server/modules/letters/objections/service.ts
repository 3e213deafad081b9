import { Types } from 'mongoose'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { findStudents } from '../../org/families/service.ts'
import { refuseHarmful } from '../../safety/service.ts'
import { SettlementModel, type SettlementRecord } from '../answers/model.ts'
import { MOST_EARLIER } from '../answers/rules.ts'
import { superseded } from '../sheets/closing/service.ts'
import type { LetterRecord } from '../model.ts'
import { tellAuthor, tellSettled } from '../opinions/service.ts'
import type { ChildsLetter, LetterInScope } from '../policy.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { ANY, sheetId } from '../sheets/rules.ts'
import { type FamilySheet, write } from '../sheets/service.ts'
import { ObjectionModel, type ObjectionRecord } from './model.ts'
import * as rules from './rules.ts'

const ruleOf = (letter: Pick<LetterRecord, 'receiptRule'>) => letter.receiptRule ?? 'any'

export const objectionId = (letterId: unknown, studentId: string, guardianKey: string) =>
  `${String(letterId)}:${studentId}:${guardianKey}`

/**
 * A guardian says that they have another opinion, and why. The words and the mark on the sheet are written together; both
 * touch the sheet, so of two guardians the later one sees what the earlier one said. Sent twice, it is said once.
 */
export async function object(
  proof: ChildsLetter,
  reason: string,
  now: Date,
  deps: Pick<Deps, 'fields' | 'wechat' | 'log'>,
) {
  const { letter, child } = proof
  if (letter.supersededBy) throw superseded()
  await refuseHarmful(
    { personId: child.personId, scene: 'refusal', texts: [reason] },
    deps,
    '写的原因里有不合适的内容，请改一改再提交',
  )
  const asked = { ...letter, rule: ruleOf(letter) }
  return SheetModel.db.transaction(async () => {
    const before = await SheetModel.findById(sheetId(String(letter._id), proof.classId)).lean<SheetRecord>()
    const no = rules.objectionTo(asked, before ?? {}, child, now)
    if (no) throw new Refusal('conflict', no)
    await keepWords(proof, reason, now, deps)
    await tellAuthor(letter, 'objection', now)
    return write(proof, (student) =>
      rules.objecting(
        student,
        child.personId,
        now,
        asked.rule === 'each' ? { kind: 'each', needed: [] } : ANY,
      ),
    )
  })
}

const keepWords = ({ letter, child }: ChildsLetter, reason: string, now: Date, deps: Pick<Deps, 'fields'>) =>
  keepSaid(
    {
      letterId: letter._id,
      studentId: new Types.ObjectId(child.studentId),
      personId: new Types.ObjectId(child.personId),
      guardianKey: child.personId,
      childName: child.studentName,
      relation: child.relation,
      at: now,
      way: 'app',
      enteredBy: null,
    },
    reason,
    deps,
  )

interface Entered {
  letter: Pick<LetterRecord, '_id'>
  student: { _id: Types.ObjectId; name: string }
  guardianKey: string
  relation: string
  personId: Types.ObjectId | null
  hand: { way: 'paper' | 'call' | 'visit'; by: string; at?: Date }
}

/** Another opinion that came on paper, by phone or in person; the mark on the sheet is the entry's. */
export const keepEntered = (
  { letter, student, hand, ...who }: Entered,
  reason: string,
  deps: Pick<Deps, 'fields'>,
) =>
  keepSaid(
    {
      ...{ ...who, letterId: letter._id, studentId: student._id, childName: student.name },
      ...{ at: hand.at ?? new Date(0), way: hand.way, enteredBy: hand.by },
    },
    reason,
    deps,
  )

async function keepSaid(
  said: Omit<ObjectionRecord, '_id' | 'sealedReason' | 'earlier'>,
  reason: string,
  { fields }: Pick<Deps, 'fields'>,
) {
  const _id = objectionId(said.letterId, String(said.studentId), said.guardianKey)
  const before = await ObjectionModel.findById(_id).lean<ObjectionRecord>()
  if (before?.sealedReason && fields.open(before.sealedReason) === reason) return
  const earlier = before?.sealedReason ? [{ sealedReason: before.sealedReason, at: before.at }] : []
  await ObjectionModel.updateOne(
    { _id },
    {
      $set: { ...said, sealedReason: fields.seal(reason) },
      $push: { earlier: { $each: earlier, $slice: -MOST_EARLIER } },
    },
    { upsert: true },
  )
}

/** What a guardian has said, for themselves to read again. */
export async function mineOf(
  { letter, child }: ChildsLetter,
  sheet: Pick<FamilySheet, 'objectedBy'>,
  { fields }: Pick<Deps, 'fields'>,
) {
  const at = sheet.objectedBy?.[child.studentId]?.[child.personId]
  if (!at) return null
  const said = await ObjectionModel.findById(
    objectionId(letter._id, child.studentId, child.personId),
  ).lean<ObjectionRecord>()
  return { reason: said?.sealedReason ? fields.open(said.sealedReason) : '', at: at.toISOString() }
}

/** The families of a class with another opinion, as it stands on the sheet, and what was said. */
export async function objectionsOn({ letter, scope }: LetterInScope<'seeFamilies'>) {
  if (scope.kind !== 'class') throw new Refusal('invalid', '不同意见按班查看，请选择一个班')
  const sheet = await SheetModel.findById(sheetId(String(letter._id), scope.unitId)).lean<SheetRecord>()
  if (!sheet) throw new Refusal('not_found', '这封信没有发给这个班')
  const studentIds = sheet.objectedIds ?? []
  const here = { letterId: letter._id, studentId: { $in: studentIds } }
  const [said, settlements] = await Promise.all([
    studentIds.length > 0 ? ObjectionModel.find(here).lean<ObjectionRecord[]>() : [],
    studentIds.length > 0
      ? SettlementModel.find({ letterId: letter._id, path: scope.path }).lean<SettlementRecord[]>()
      : [],
  ])
  return { sheet, studentIds, said, settlements }
}

/** What guardians of some families have said against a letter; the sheet says which of it stands. */
export const wordsOn = (letterId: Types.ObjectId, studentIds: Types.ObjectId[]) =>
  ObjectionModel.find({ letterId, studentId: { $in: studentIds } }).lean<ObjectionRecord[]>()

/** What came of talking to a family is written down: with how, by whom and when. Another word of theirs opens it again. */
export async function settle(
  { letter, scope }: LetterInScope<'seeFamilies'>,
  { studentId, decision, note }: { studentId: string; decision: '同意' | '不同意'; note: string },
  actor: StaffActor,
  now: Date,
) {
  const student = new Types.ObjectId(studentId)
  const _id = `${String(letter._id)}:${studentId}`
  const ofClass = { _id: sheetId(String(letter._id), scope.unitId) }
  await SettlementModel.db.transaction(async () => {
    const sheet = await SheetModel.findById(ofClass._id).lean<SheetRecord>()
    if (!sheet?.objectedIds?.some((it) => it.equals(student)))
      throw new Refusal('conflict', '这家没有不同意见，不用处理')
    const before = await SettlementModel.findById(_id).lean<SettlementRecord>()
    const old = before && { decision: before.decision, note: before.note, by: before.by, at: before.at }
    const said = { decision, note, by: actor.name, byId: new Types.ObjectId(actor.personId), at: now }
    await SettlementModel.updateOne(
      { _id },
      {
        $set: { ...said, key: rules.keyOf(sheet, studentId) },
        $setOnInsert: { letterId: letter._id, studentId: student, path: scope.path },
        $push: { earlier: { $each: old ? [old] : [], $slice: -MOST_EARLIER } },
      },
      { upsert: true },
    )
    await SheetModel.updateOne(ofClass, rules.settled(student), { updatePipeline: true })
    const { agreed, objecting } = rules.opinionsOf(sheet, studentId)
    const [child] = await findStudents([studentId])
    if (child) await tellSettled(letter, { student: child, said: [...agreed, ...objecting] }, now)
  })
}
