import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { findStudents } from '../../../org/families/service.ts'
import { tellSettled } from '../../opinions/service.ts'
import type { LetterInScope } from '../../policy.ts'
import { SheetModel } from '../../sheets/model.ts'
import { sheetId } from '../../sheets/rules.ts'
import { SettlementModel } from '../model.ts'
import * as rules from '../rules.ts'
import { familyOf, openForm, speak } from '../service.ts'

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
      rules.differing(student, false),
      {
        updatePipeline: true,
      },
    )
    const [child] = await findStudents([studentId])
    const guardians = family.map((it) => it.guardianKey)
    if (child) await tellSettled(letter, { student: child, said: guardians }, now)
  })
}
