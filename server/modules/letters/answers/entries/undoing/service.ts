import { Types } from 'mongoose'
import { Refusal } from '../../../../../http/errors.ts'
import type { LetterInScope } from '../../../policy.ts'
import { SheetModel, type SheetRecord } from '../../../sheets/model.ts'
import { put, sheetId, SIZES } from '../../../sheets/rules.ts'
import { neededOf } from '../../../sheets/weighing/service.ts'
import { weighing } from '../../../sheets/weighing/rules.ts'
import { AnswerModel, type AnswerRecord } from '../../model.ts'
import { restoreMark, withdrawMark } from '../../voiding/service.ts'
import { enteredMarks } from '../rules.ts'

/**
 * Takes back what the school entered for some families: marks, answers and notes together or not at all. What guardians did
 * themselves stays. Run again, it finds nothing left to do.
 */
export async function undo(inScope: LetterInScope<'seeFamilies'>, studentIds: readonly string[], now: Date) {
  let undone = 0
  for (const studentId of new Set(studentIds)) {
    if (await SheetModel.db.transaction(() => undoOne(inScope, studentId, now))) undone++
  }
  return undone
}

async function undoOne({ letter, scope }: LetterInScope<'seeFamilies'>, studentId: string, now: Date) {
  const _id = sheetId(String(letter._id), scope.unitId)
  const student = new Types.ObjectId(studentId)
  const sheet = await SheetModel.findById(_id).lean<SheetRecord>()
  if (!sheet?.byHand?.[studentId]) return false
  await removeAnswers(letter._id, student)
  const { paths, emptied } = enteredMarks(sheet, studentId)
  const less = (deed: 'read' | 'confirmed' | 'signed') =>
    emptied.includes(`${deed}By`) && !(sheet.isForEach && deed !== 'read') ? 1 : 0
  const isQuiet = emptied.includes('objectedBy')
  // Whose only yes was the entry has one opinion left; a form tells by its answers.
  const isOneMind = sheet.objectedIds !== undefined && nobodyAgrees(sheet, studentId, paths)
  await SheetModel.updateOne(
    { _id },
    [
      {
        $set: {
          read: { $subtract: ['$read', less('read')] },
          confirmed: { $subtract: ['$confirmed', less('confirmed')] },
          signed: { $subtract: ['$signed', less('signed')] },
          ...(sheet.isForEach && {
            confirmedIds: put('confirmedIds', student, false),
            signedIds: put('signedIds', student, false),
          }),
          ...(isQuiet && {
            objectedIds: put('objectedIds', student, false),
            waitingIds: put('waitingIds', student, false),
          }),
          ...((isQuiet || isOneMind) && { conflictIds: put('conflictIds', student, false) }),
        },
      },
      { $unset: [...paths, `byHand.${studentId}`] },
      ...(emptied.length > 0 ? [{ $unset: emptied.map((map) => `${map}.${studentId}`) }] : []),
      { $set: SIZES },
      ...(sheet.isForEach ? weighing(student, await neededOf(studentId), now) : []),
    ] as never,
    { updatePipeline: true },
  )
  return true
}

const nobodyAgrees = (sheet: SheetRecord, studentId: string, gone: readonly string[]) =>
  (['confirmedBy', 'signedBy'] as const).every((map) =>
    Object.keys(sheet[map]?.[studentId] ?? {}).every((key) => gone.includes(`${map}.${studentId}.${key}`)),
  )

/** An entry goes, and what the guardian had answered on the phone before it stands again. */
async function removeAnswers(letterId: Types.ObjectId, student: Types.ObjectId) {
  const entered = await AnswerModel.find({ letterId, studentId: student, way: { $ne: 'app' } }).lean<
    AnswerRecord[]
  >()
  for (const { _id, ...answer } of entered) {
    const at = answer.earlier.findLastIndex((it) => it.way === 'app')
    const own = answer.earlier[at]
    if (!own) {
      await AnswerModel.deleteOne({ _id })
      await withdrawMark(answer)
      continue
    }
    if (!own.said) throw new Refusal('conflict', '这家的登记改过，不能撤销；请把对的答复再登记一次')
    const { items, at: changedAt, said } = own
    const again = { ...said, items, way: 'app', enteredBy: null, enteredById: null, changedAt }
    await AnswerModel.updateOne({ _id }, { $set: { ...again, earlier: answer.earlier.slice(0, at) } })
    await restoreMark(answer, said.guardianKey)
  }
}
