import type { AnswerItem, FormField, LetterForm } from '#contract/letter-form'
import { fitting } from '../../../answers/carrying/rules.ts'
import type { StaffMarks } from '../../model.ts'
import { takesUploads } from '../rules.ts'

/** The marks of those who stand on the new edition's sheet, too. */
export const marksOf = (people: readonly unknown[], marks: StaffMarks): StaffMarks =>
  Object.fromEntries(
    people.map(String).flatMap((it) => {
      const at = marks[it]
      return at ? [[it, at]] : []
    }),
  )

/** What of a receipt below the edition before can stand in a form that asks otherwise; papers are stamped anew. */
export function fittingReceipt(items: readonly AnswerItem[], before: LetterForm, now: LetterForm) {
  const isPaper = (field: FormField | undefined) => field !== undefined && takesUploads(field)
  return fitting(items, before, now).filter(({ code }) => !isPaper(now.fields.find((it) => it.code === code)))
}
