import type { AnswerItem, FormField, LetterForm } from '#contract/letter-form'
import type { ByHand, Marks } from '../../sheets/model.ts'
import { put } from '../../sheets/rules.ts'
import type { AnswerRecord, SettlementRecord } from '../model.ts'
import { COUNTED, familyStanding } from '../rules.ts'

type Asking = Pick<LetterForm, 'answeredBy' | 'fields' | 'isPlain'>

/** Whether an answer to one form answers the other: the same questions, asked of the same people. */
export const asksTheSame = (one: Asking | null | undefined, other: Asking | null | undefined) =>
  Boolean(one && other) && JSON.stringify(asked(one)) === JSON.stringify(asked(other))

const inOrder = (field: FormField) => Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))

const asked = (form: Asking | null | undefined) => [
  form?.answeredBy,
  form?.isPlain ?? false,
  form?.fields.map(inOrder),
]

/** What of an earlier answer fits a form that asks otherwise; photos and hands are given anew. */
export const fitting = (items: readonly AnswerItem[], before: LetterForm, now: LetterForm) =>
  items.filter(({ code }) => {
    const [old, field] = [before, now].map((form) => form.fields.find((it) => it.code === code))
    if (!old || !field || field.type === 'picture' || field.type === 'signature') return false
    return JSON.stringify(inOrder(old)) === JSON.stringify(inOrder(field))
  })

export interface Family {
  student: unknown
  answers: readonly AnswerRecord[]
  settlement: Pick<SettlementRecord, 'decision' | 'key'> | null
  /** Accounts of the guardians who have joined, where each of them is asked. */
  needed: readonly string[]
  byHand: Record<string, ByHand> | undefined
}

/** Of one family, what the next edition's sheet says from the beginning. A choice under large buttons confirms, too. */
function stageOf(
  form: LetterForm,
  { student, answers, settlement, needed, byHand }: Family,
  isConfirmed: boolean,
  isForEach: boolean,
) {
  const marks: Marks[string] = Object.fromEntries(answers.map((it) => [it.guardianKey, it.answeredAt]))
  const isWhole = form.answeredBy !== 'each' || needed.every((it) => it in marks)
  const key = String(student)
  const { isConflict } = familyStanding(form, answers, settlement)
  const merged = (map: string) => ({ [`${map}.${key}`]: { $mergeObjects: [marks, `$${map}.${key}`] } })
  const isNew = { $eq: [{ $type: `$confirmedBy.${key}` }, 'missing'] }
  return [
    ...(isConfirmed && !isForEach
      ? [{ $set: { confirmed: { $add: ['$confirmed', { $cond: [isNew, 1, 0] }] } } }]
      : []),
    {
      $set: {
        ...merged('answeredBy'),
        ...(isConfirmed && merged('confirmedBy')),
        ...(isConfirmed && isForEach && isWhole && { confirmedIds: put('confirmedIds', student, true) }),
        ...(byHand && { [`byHand.${key}`]: { $mergeObjects: [{ $literal: byHand }, `$byHand.${key}`] } }),
        ...(isWhole && { answeredIds: put('answeredIds', student, true) }),
        conflictIds: put('conflictIds', student, isConflict),
      },
    },
  ]
}

/** The update of a class's new sheet with what its families had answered before. */
export const carried = (
  form: LetterForm,
  families: readonly Family[],
  { isConfirmed, isForEach }: { isConfirmed: boolean; isForEach: boolean },
) => [
  ...families.flatMap((it) => stageOf(form, it, isConfirmed, isForEach)),
  COUNTED,
  ...(isConfirmed && isForEach ? [{ $set: { confirmed: { $size: '$confirmedIds' } } }] : []),
  { $set: { isCarried: true } },
]
