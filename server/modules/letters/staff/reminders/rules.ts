import { dayInWords } from '../../../../infra/clock.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import type { LetterRecord } from '../../model.ts'

const TWO_DAYS_MS = 2 * 86_400_000

/** A reminder of one step to the holder of a post: `before1`, or `m2` for the second one asked for by hand. */
export const staffReminder = (
  letter: LetterRecord,
  to: { personId: string; path: string; unitName: string },
  { rung, dueAt }: { rung: string; dueAt: Date },
): AnyOutgoing => ({
  kind: 'staffMatter',
  subject: String(letter._id),
  personId: to.personId,
  step: `remind-${rung}`,
  rung,
  values: {
    title: letter.form ? '有一份回执等您填' : '有一封信等您处理',
    who: letter.unitName,
    unit: to.unitName,
    note: `《${letter.title}》${letter.dueOn ? `，${dayInWords(letter.dueOn)}前` : ''}`,
  },
  page: `packages/letter/staff-letter/staff-letter?id=${String(letter._id)}`,
  path: to.path,
  dueAt,
  expiresAt: new Date(dueAt.getTime() + TWO_DAYS_MS),
})
