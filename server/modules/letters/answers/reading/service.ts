import { Refusal } from '../../../../http/errors.ts'
import { findStudents, guardiansOf } from '../../../org/families/service.ts'
import type { LetterInScope } from '../../policy.ts'
import { AnswerModel, type AnswerRecord, SettlementModel, type SettlementRecord } from '../model.ts'
import { findSheet } from '../entries/service.ts'

/** Every family of a class's sheet with what it answered, by student number. */
export async function familiesOn({ letter, scope }: LetterInScope<'seeFamilies'>) {
  if (scope.kind !== 'class') throw new Refusal('invalid', '答复按班查看，请选择一个班')
  const sheet = await findSheet(letter._id, scope.unitId)
  if (!sheet) throw new Refusal('not_found', '这封信没有发给这个班')
  const here = { letterId: letter._id, studentId: { $in: sheet.roster } }
  const [students, guardians, answers, settlements] = await Promise.all([
    findStudents(sheet.roster.map(String)),
    guardiansOf(sheet.roster),
    letter.form ? AnswerModel.find(here).sort({ answeredAt: 1 }).lean<AnswerRecord[]>() : [],
    letter.form
      ? SettlementModel.find({ letterId: letter._id, path: scope.path }).lean<SettlementRecord[]>()
      : [],
  ])
  students.sort((a, b) => (a.number < b.number ? -1 : 1))
  const apart = new Set((sheet.conflictIds ?? []).map(String))
  const families = students.map((student) => ({
    student,
    answers: answers.filter((it) => it.studentId.equals(student._id)),
    settlement: settlements.find((it) => it.studentId.equals(student._id)),
    isConflict: apart.has(String(student._id)),
    guardians: guardians.filter((it) => it.studentId.equals(student._id)),
  }))
  return { sheet, families }
}
