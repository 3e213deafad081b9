import type { Types } from 'mongoose'
import type { LetterForm } from '#contract/letter-form'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { SheetModel, type SheetRecord } from '../../sheets/model.ts'
import { sheetId } from '../../sheets/rules.ts'
import { AnswerModel, type AnswerRecord, SettlementModel, type SettlementRecord } from '../model.ts'
import { answerId } from '../rules.ts'
import { answersOf } from '../service.ts'
import { asksTheSame, carried } from './rules.ts'

type Sheet = Pick<SheetRecord, '_id' | 'classId' | 'roster'>
type Edition = Pick<LetterRecord, '_id' | 'form' | 'supersedes' | 'confirmation' | 'receiptRule'>

/**
 * What families answered below the edition before holds for the new one as long as it asks the same; who had answered is not asked
 * again. Class by class, each in one transaction and once: run again, it finds what is left.
 */
export async function carryAnswers(letter: Edition, sheets: readonly Sheet[]) {
  const { form, supersedes } = letter
  if (!form || !supersedes) return
  const before = await LetterModel.findById(supersedes, { form: 1 }).lean<Pick<LetterRecord, 'form'>>()
  if (!asksTheSame(before?.form, form)) return
  for (const sheet of sheets) await carryOn(letter, form, supersedes, sheet)
}

async function carryOn(letter: Edition, form: LetterForm, from: Types.ObjectId, sheet: Sheet) {
  const here = { letterId: from, studentId: { $in: sheet.roster } }
  if (!(await AnswerModel.exists(here))) return
  await AnswerModel.db.transaction(async () => {
    const answers = await AnswerModel.find(here).lean<AnswerRecord[]>()
    const students = sheet.roster.filter((it) => answers.some((one) => one.studentId.equals(it)))
    const settlements = await SettlementModel.find({
      _id: { $in: students.map((it) => `${String(from)}:${String(it)}`) },
    }).lean<SettlementRecord[]>()
    const old = await SheetModel.findById(sheetId(String(from), String(sheet.classId)), { byHand: 1 }).lean<
      Pick<SheetRecord, 'byHand'>
    >()
    const bonds = form.answeredBy === 'each' ? await joinedGuardiansOf(students) : []
    const families = students.map((student) => ({
      student,
      answers: answers.filter((it) => it.studentId.equals(student)),
      settlement: settlements.find((it) => it.studentId.equals(student)) ?? null,
      needed: bonds.filter((it) => student.equals(it.studentId)).map((it) => String(it.personId)),
      byHand: old?.byHand?.[String(student)],
    }))
    const isConfirmed = form.isPlain === true && letter.confirmation === 'confirm'
    const { matchedCount } = await SheetModel.updateOne(
      { _id: sheet._id, isCarried: { $ne: true } },
      carried(form, families, { isConfirmed, isForEach: letter.receiptRule === 'each' }),
      { updatePipeline: true },
    )
    if (matchedCount > 0) await copy(letter, form, answers, settlements)
  })
}

/** A family that was quicker than its sheet has answered the new edition itself; that answer stays. */
async function copy(
  { _id: letterId }: Edition,
  form: LetterForm,
  answers: readonly AnswerRecord[],
  settlements: readonly SettlementRecord[],
) {
  const idOf = (it: AnswerRecord) => answerId(form, String(letterId), String(it.studentId), it.guardianKey)
  await AnswerModel.bulkWrite(
    answers.map(({ _id, ...it }) => ({
      updateOne: {
        filter: { _id: idOf({ _id, ...it }) },
        update: { $setOnInsert: { ...it, letterId } },
        upsert: true,
      },
    })),
  )
  if (settlements.length === 0) return
  await SettlementModel.bulkWrite(
    settlements.map(({ _id: _, ...it }) => ({
      updateOne: {
        filter: { _id: `${String(letterId)}:${String(it.studentId)}` },
        update: { $setOnInsert: { ...it, letterId } },
        upsert: true,
      },
    })),
  )
}

export interface Former {
  form: LetterForm
  version: number
  answers: AnswerRecord[]
}

/** What a family answered below the edition before. A letter without a form, or that was never put right, costs no read. */
export async function formerOf(
  { form, supersedes }: Pick<LetterRecord, 'form' | 'supersedes'>,
  studentId: string,
): Promise<Former | null> {
  if (!form || !supersedes) return null
  const answers = await answersOf(supersedes, studentId)
  if (answers.length === 0) return null
  const before = await LetterModel.findById(supersedes, { form: 1, version: 1 }).lean<
    Pick<LetterRecord, 'form' | 'version'>
  >()
  return before?.form ? { form: before.form, version: before.version, answers } : null
}
