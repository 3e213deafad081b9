import type { Types } from 'mongoose'
import type { LetterForm } from '#contract/letter-form'
import { asksTheSame } from '../../../answers/carrying/rules.ts'
import { LetterModel, type LetterRecord } from '../../../model.ts'
import { sheetId } from '../../../sheets/rules.ts'
import { StaffFileModel } from '../../files/model.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../../model.ts'
import { StaffAnswerModel, type StaffAnswerRecord } from '../model.ts'
import { answerIdOf, isOnce } from '../rules.ts'
import { marksOf } from './rules.ts'

type Edition = Pick<LetterRecord, '_id' | 'form' | 'supersedes'>

/** Whether what was answered below the edition before holds for this one. */
export async function isAskedTheSame({ form, supersedes }: Pick<Edition, 'form' | 'supersedes'>) {
  if (!form || !supersedes) return false
  const before = await LetterModel.findById(supersedes, { form: 1 }).lean<Pick<LetterRecord, 'form'>>()
  return asksTheSame(before?.form, form)
}

/**
 * Brings the receipts of some units over to a corrected letter that asks the same. The sheets of the edition before are closed by then,
 * so that nothing is answered behind this; each unit in one transaction and once, and run again it finds what is left.
 */
export async function carryReceipts(letter: Edition, unitIds: readonly Types.ObjectId[]) {
  const { form, supersedes } = letter
  if (!form || !supersedes || !(await isAskedTheSame(letter))) return
  const answered = await StaffSheetModel.find({
    _id: { $in: unitIds.map((it) => sheetId(String(supersedes), String(it))) },
    answered: { $gt: 0 },
  }).lean<StaffSheetRecord[]>()
  for (const before of answered) await carryOn(letter, form, before)
}

async function carryOn({ _id: letterId }: Edition, form: LetterForm, before: StaffSheetRecord) {
  await StaffSheetModel.db.transaction(async () => {
    const _id = sheetId(String(letterId), String(before.unitId))
    const sheet = await StaffSheetModel.findOne({ _id, isCarried: null }).lean<StaffSheetRecord>()
    if (!sheet) return
    const { answeredBy = {}, confirmedBy = {} } = before
    // Who fills a receipt in confirms by that.
    const confirmed = marksOf(sheet.roster, confirmedBy)
    const marks = isOnce(form) ? answeredBy : marksOf(sheet.roster, answeredBy)
    const answered = isOnce(form) ? 1 : Object.keys(marks).length
    const { matchedCount } = await StaffSheetModel.updateOne(
      { _id, isCarried: null },
      {
        ...{ answeredBy: marks, answered, isCarried: true },
        ...{ confirmedBy: confirmed, confirmed: Object.keys(confirmed).length },
      },
    )
    if (matchedCount > 0) await copy(await answersOf(form, before, Object.keys(marks)), form, sheet)
  })
}

const answersOf = (form: LetterForm, before: StaffSheetRecord, personIds: readonly string[]) =>
  StaffAnswerModel.find(
    isOnce(form) ? { _id: before._id } : { personId: { $in: [...personIds] }, letterId: before.letterId },
  ).lean<StaffAnswerRecord[]>()

/** Who stands on two sheets has one answer all the same. The papers go with the answer: the old one is closed. */
async function copy(answers: readonly StaffAnswerRecord[], form: LetterForm, sheet: StaffSheetRecord) {
  const { letterId, unitId, unitName, path } = sheet
  const there = isOnce(form)
    ? []
    : await StaffAnswerModel.distinct('personId', {
        personId: { $in: answers.map((it) => it.personId) },
        letterId,
      })
  const left = answers.filter((it) => !there.some((one) => one.equals(it.personId)))
  const made = left.map((it) => ({
    from: { letterId: it.letterId, answerId: it._id },
    answer: {
      ...{ ...it, _id: answerIdOf(form, sheet._id, String(it.personId)) },
      ...{ letterId, unitId, unitName, path },
    },
  }))
  if (made.length === 0) return
  await StaffAnswerModel.insertMany(made.map((it) => it.answer))
  await StaffFileModel.bulkWrite(
    made.map(({ from, answer }) => ({
      updateMany: {
        filter: from,
        update: { $set: { letterId, answerId: answer._id } },
      },
    })),
  )
}
