import type { Types } from 'mongoose'
import type { FamilyDifference } from '#contract/letter-receipts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { enqueue } from '../../notify/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { type AnswerRecord, SettlementModel, type SettlementRecord } from '../answers/model.ts'
import { keyOf as keyOfAnswers } from '../answers/rules.ts'
import type { LetterRecord } from '../model.ts'
import { keyOf as keyOfMarks, opinionsOf } from '../objections/rules.ts'
import { letterPage } from '../sending/rules.ts'
import type { FamilySheet } from '../sheets/service.ts'

type Told = Pick<LetterRecord, '_id' | 'authorId' | 'path' | 'title' | 'unitName'>

const MATTER = {
  objection: { title: '有家长表示了不同意见', note: '请在控制台打开这封信，看看家长怎么说。' },
  conflict: { title: '有家长填得不一样', note: '请在控制台打开这封信，和家长商量以后记下结果。' },
} as const

/** The author hears of it, at most once a day for one letter however many families there are. Joins the transaction it is called in. */
export const tellAuthor = (letter: Told, matter: keyof typeof MATTER, now: Date) =>
  enqueue(
    [
      {
        kind: 'staffMatter',
        subject: String(letter._id),
        step: `${matter}-${shanghaiDay(now)}`,
        personId: String(letter.authorId),
        path: letter.path,
        values: {
          title: MATTER[matter].title,
          who: letter.title,
          unit: letter.unitName,
          note: MATTER[matter].note,
        },
        page: '/pages/home/home',
      },
    ],
    now,
  )

/**
 * Whoever has said something hears that what was talked over is written down; what it is stands on the letter's page, how it came
 * about with the school. Joins the transaction it is called in.
 */
export async function tellSettled(
  letter: Told,
  { student, said }: { student: { _id: Types.ObjectId; name: string }; said: readonly string[] },
  now: Date,
) {
  const studentId = String(student._id)
  const bonds = (await joinedGuardiansOf([student._id])).filter((it) => said.includes(String(it.personId)))
  await enqueue(
    bonds.map((bond) => ({
      kind: 'letter' as const,
      subject: String(letter._id),
      personId: String(bond.personId),
      step: `${studentId}-settled-${now.getTime()}`,
      path: bond.path,
      values: {
        title: letter.title,
        sender: letter.unitName,
        child: student.name,
        note: '商量的结果已经记下，请打开看看',
        about: 'settled' as const,
      },
      page: letterPage(String(letter._id), studentId),
    })),
    now,
  )
}

type Said = Pick<AnswerRecord, '_id' | 'guardianKey' | 'decision' | 'answeredAt'>

/**
 * How the guardians of a family stand to each other, for each of them to read: that they differ, or what was agreed on; never why.
 * A family of one mind costs no read.
 */
export async function differenceIn(
  { _id: letterId }: Pick<LetterRecord, '_id'>,
  studentId: string,
  sheet: FamilySheet,
  answers: readonly Said[],
): Promise<FamilyDifference | null> {
  const isApart = (sheet.conflictIds ?? []).length > 0
  if (isApart) return { settled: null }
  const decisions = new Set(answers.flatMap((it) => it.decision ?? []))
  const { objecting } = opinionsOf(sheet, studentId)
  if (decisions.size < 2 && objecting.length === 0) return null
  const found = await SettlementModel.findById(`${String(letterId)}:${studentId}`).lean<SettlementRecord>()
  const key = objecting.length > 0 ? keyOfMarks(sheet, studentId) : keyOfAnswers(answers)
  if (found?.key !== key) return null
  return { settled: { decision: found.decision, by: found.by, at: found.at.toISOString() } }
}
