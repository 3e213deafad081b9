import {
  type AnswerItem,
  type FormField,
  type LetterForm,
  problemWith,
  uploadsOf,
} from '#contract/letter-form'
import { PREFILLED } from '#contract/staff-answers'
import { shanghaiDay } from '../../../../infra/clock.ts'

/** One answer of a unit, unless each member of its staff answers. */
export const isOnce = ({ answeredBy }: LetterForm) => answeredBy !== 'each'

export const answerIdOf = (form: LetterForm, sheetId: string, personId: string) =>
  isOnce(form) ? sheetId : `${sheetId}:${personId}`

export type Known = Partial<Record<(typeof PREFILLED)[number], string>>

/** What need not be asked: the questions whose codes say what they are, filled in as far as it fits. */
export const prefillOf = ({ fields }: LetterForm, known: Known): AnswerItem[] =>
  PREFILLED.flatMap((code) => {
    const field = fields.find((it) => it.code === code && (it.type === 'text' || it.type === 'phone'))
    const value = known[code]
    return field && value && problemWith(field, value) === null ? [{ code, value }] : []
  })

/** What somebody said before goes before what is only known. */
export const withKnown = (said: readonly AnswerItem[], known: readonly AnswerItem[]): AnswerItem[] => [
  ...said,
  ...known.filter((it) => !said.some((one) => one.code === it.code)),
]

/** The numbers of all pictures and papers in some answers. */
export const uploadsIn = (items: readonly AnswerItem[]) => items.flatMap(({ value }) => uploadsOf(value))

/** Whether a question takes uploads, and of which kind; a paper may be a photo of it. */
export const takesUploads = ({ type }: Pick<FormField, 'type'>) => type === 'picture' || type === 'file'

/** Why what stands there cannot be changed any more, or not without looking; null while it can. */
export function objection(
  { by, changedAt }: { by: string; changedAt: Date },
  { dueOn, seen }: { dueOn: string | null | undefined; seen: string | null | undefined },
  now: Date,
): string | null {
  if (dueOn && dueOn < shanghaiDay(now)) return '截止日期已经过了，要改请告诉发信的单位'
  return seen === changedAt.toISOString() ? null : `${by}已经填好了这份回执，请看过再改`
}
