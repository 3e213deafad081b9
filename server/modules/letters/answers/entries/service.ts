import { Types } from 'mongoose'
import { type AnswerItem, onPaper } from '#contract/letter-form'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { findStudents, guardiansOf } from '../../../org/families/service.ts'
import type { LetterInScope } from '../../policy.ts'
import { ASKED } from '../../rules.ts'
import { type ByHand, SheetModel, type SheetRecord } from '../../sheets/model.ts'
import { marking, sheetId } from '../../sheets/rules.ts'
import { type AnswerRecord, SettlementModel } from '../model.ts'
import * as rules from '../rules.ts'
import { checked, familyOf, findAnswer, keep, openForm, speak } from '../service.ts'

export interface Entry {
  studentId: string
  guardianshipId?: string | undefined
  way: ByHand['way']
  answers: AnswerItem[]
}

/**
 * 代录: what a guardian answered on paper, by phone or in person. The family counts as having done what the letter asks, and
 * everywhere it says who of the school entered it. The answer of a guardian who has one is replaced; the old one is kept.
 */
export async function enter(
  inScope: LetterInScope<'seeFamilies'>,
  entry: Entry,
  actor: StaffActor,
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const { letter, scope } = inScope
  if (letter.status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以代录')
  if (letter.supersededBy) throw new Refusal('conflict', '这封信有了更正的新版，请在新版里代录')
  const { student, guardianKey, relation, personId } = await familyMember(inScope, entry)
  const studentId = String(student._id)
  const tick = () =>
    tickOff(inScope, { studentId, guardianKey, way: entry.way, relation, by: actor.name }, now)
  if (!letter.form) {
    await tick()
    return
  }
  const form = openForm(letter)
  const kept = checked(onPaper(form), entry.answers)
  const there = await findAnswer(form, letter, studentId, guardianKey)
  const by: Pick<AnswerRecord, 'childName' | 'relation' | 'personId' | 'way' | 'enteredBy' | 'enteredById'> =
    {
      childName: student.name,
      relation,
      personId,
      way: entry.way,
      enteredBy: actor.name,
      enteredById: new Types.ObjectId(actor.personId),
    }
  const place = { studentId, classId: scope.unitId, path: scope.path, guardianKey }
  await keep({ letter, form, place, by, kept, there }, now, deps, tick)
}

/** The child on this class's sheet, and which of its guardians it was. */
async function familyMember({ letter, scope }: LetterInScope, { studentId, guardianshipId }: Entry) {
  const student = new Types.ObjectId(studentId)
  const isListed = await SheetModel.exists({
    _id: sheetId(String(letter._id), scope.unitId),
    roster: student,
  })
  const [found] = isListed ? await findStudents([studentId]) : []
  if (!found) throw new Refusal('not_found', '签收单上没有这个孩子')
  if (!guardianshipId) return { student: found, guardianKey: studentId, relation: '家长', personId: null }
  const bond = (await guardiansOf([student])).find((it) => String(it._id) === guardianshipId)
  if (!bond) throw new Refusal('not_found', '没有找到这位家长')
  const personId = bond.personId ?? null
  return { student: found, guardianKey: String(personId ?? bond._id), relation: bond.relation, personId }
}

async function tickOff(
  { letter, scope }: LetterInScope,
  { studentId, guardianKey, ...hand }: ByHand & { studentId: string; guardianKey: string },
  now: Date,
) {
  const deeds = ['read', ...(letter.confirmation === 'read' ? [] : [ASKED[letter.confirmation]])] as const
  await SheetModel.updateOne(
    { _id: sheetId(String(letter._id), scope.unitId) },
    [
      ...marking(new Types.ObjectId(studentId), guardianKey, deeds, now),
      // As a whole and literally: a name that begins with a dollar sign is a name.
      { $set: { [`byHand.${studentId}.${guardianKey}`]: { $literal: hand } } },
    ],
    { updatePipeline: true },
  )
}

/** Guardians who answered differently have agreed: written down with how, by whom and when; another answer opens it again. */
export async function settle(
  { letter, scope }: LetterInScope<'seeFamilies'>,
  { studentId, decision, note }: { studentId: string; decision: string; note: string },
  actor: StaffActor,
  now: Date,
) {
  const form = openForm(letter)
  const student = new Types.ObjectId(studentId)
  const _id = `${String(letter._id)}:${studentId}`
  await SettlementModel.db.transaction(async () => {
    const [family, before] = await familyOf(letter._id, student)
    const here = family.filter((it) => String(it.classId) === scope.unitId)
    if (!rules.familyStanding(form, here, before).isConflict)
      throw new Refusal('conflict', '这家的意见是一致的，不用处理')
    if (!here.some((it) => it.decision === decision)) throw new Refusal('invalid', '结果要是家长选过的一项')
    const said = { decision, note, by: actor.name, byId: new Types.ObjectId(actor.personId), at: now }
    const settlement = { ...said, key: rules.keyOf(family) }
    const old = before && { decision: before.decision, note: before.note, by: before.by, at: before.at }
    await SettlementModel.updateOne(
      { _id },
      {
        $set: settlement,
        $setOnInsert: { letterId: letter._id, studentId: student, path: scope.path },
        $push: { earlier: { $each: old ? [old] : [], $slice: -rules.MOST_EARLIER } },
      },
      { upsert: true },
    )
    await speak(family, rules.familyStanding(form, family, settlement).speaking)
    await SheetModel.updateOne(
      { _id: sheetId(String(letter._id), scope.unitId) },
      rules.settledMark(student),
      {
        updatePipeline: true,
      },
    )
  })
}

/** The sheet of a class, whole. */
export const findSheet = (letterId: Types.ObjectId, classId: string) =>
  SheetModel.findById(sheetId(String(letterId), classId)).lean<SheetRecord>()
