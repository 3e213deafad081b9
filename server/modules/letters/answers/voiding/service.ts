import { Types } from 'mongoose'
import { findLetter } from '../../service.ts'
import { SheetModel } from '../../sheets/model.ts'
import { sheetId } from '../../sheets/rules.ts'
import { AnswerModel, type AnswerRecord, VoidedAnswerModel } from '../model.ts'
import { answerUnmark, differing, familyStanding } from '../rules.ts'
import { familyOf, speak } from '../service.ts'

/** Takes what a stranger answered for a child off the sheets; the family is asked again. Joins the transaction it is called in. */
export async function voidAnswers(student: Types.ObjectId, personId: string, now: Date) {
  const answers = await AnswerModel.find({
    studentId: student,
    personId: new Types.ObjectId(personId),
  }).lean<AnswerRecord[]>()
  for (const { _id, ...answer } of answers) {
    await VoidedAnswerModel.create([{ ...answer, answerId: _id, voidedAt: now }])
    await AnswerModel.deleteOne({ _id })
    await withdrawMark(answer)
  }
}

type Place = Pick<AnswerRecord, 'letterId' | 'studentId' | 'classId' | 'guardianKey'>

/** Brings the sheet and the counted answers of a family to what is left without one answer. */
export async function withdrawMark({ letterId, studentId: student, classId, guardianKey }: Place) {
  const form = (await findLetter(String(letterId)))?.form
  const [family, settlement] = await familyOf(letterId, student)
  if (!form) return
  const { isConflict, speaking } = familyStanding(form, family, settlement)
  await speak(family, speaking)
  const off = { student, studentId: String(student), guardianKey, isConflict }
  await SheetModel.updateOne(
    { _id: sheetId(String(letterId), String(classId)) },
    answerUnmark(off, family.length > 0),
    {
      updatePipeline: true,
    },
  )
}

/** The same where an earlier answer stands again in the place of one, be it another guardian's. */
export async function restoreMark(place: Place, guardianKey: string) {
  if (place.guardianKey !== guardianKey) return withdrawMark(place)
  const form = (await findLetter(String(place.letterId)))?.form
  const [family, settlement] = await familyOf(place.letterId, place.studentId)
  if (!form) return
  const { isConflict, speaking } = familyStanding(form, family, settlement)
  await speak(family, speaking)
  await SheetModel.updateOne(
    { _id: sheetId(String(place.letterId), String(place.classId)) },
    differing(place.studentId, isConflict),
    { updatePipeline: true },
  )
}
