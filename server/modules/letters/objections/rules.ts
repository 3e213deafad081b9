import type { Confirmation } from '#contract/letters'
import type { LetterForm } from '#contract/letter-form'
import { decisionOf } from '#contract/letter-form'
import { shanghaiDay } from '../../../infra/clock.ts'
import { isAnybody, listing, marking, othersIn, put, type Rule, SIZES } from '../sheets/rules.ts'
import type { Marks } from '../sheets/model.ts'

/**
 * The update that records that a guardian has another opinion: what they had confirmed before is taken back, the family
 * waits for the sender, and with the other guardian's yes there are two opinions. Repeated, it changes nothing.
 */
export function objecting(studentId: unknown, guardianId: string, now: Date, { kind }: Rule) {
  const student = String(studentId)
  const own = `objectedBy.${student}.${guardianId}`
  const isNew = { $eq: [{ $type: `$${own}` }, 'missing'] }
  const othersConfirmed = isAnybody(othersIn('confirmedBy', student, guardianId))
  const othersAgree = { $or: [othersConfirmed, isAnybody(othersIn('signedBy', student, guardianId))] }
  const isMine = { $ne: [{ $type: `$confirmedBy.${student}.${guardianId}` }, 'missing'] }
  const fewer = { $cond: [{ $and: [isMine, { $not: [othersConfirmed] }] }, 1, 0] }
  const without = { $cond: [{ $eq: [`$confirmedBy.${student}`, {}] }, '$$REMOVE', `$confirmedBy.${student}`] }
  return [
    { $set: listing(studentId) },
    ...marking(studentId, guardianId, ['read'], now),
    {
      $set: {
        objectedIds: put('objectedIds', studentId, true),
        waitingIds: { $cond: [isNew, put('waitingIds', studentId, true), '$waitingIds'] },
        conflictIds: {
          $cond: [isNew, put('conflictIds', studentId, othersAgree), '$conflictIds'],
        },
        ...(kind === 'each'
          ? { confirmedIds: put('confirmedIds', studentId, false) }
          : { confirmed: { $subtract: ['$confirmed', fewer] } }),
      },
    },
    {
      $set: {
        [own]: { $ifNull: [`$${own}`, now] },
        ...(kind === 'each' && { confirmed: { $size: '$confirmedIds' } }),
      },
    },
    { $unset: [`confirmedBy.${student}.${guardianId}`, `byHand.${student}.${guardianId}`] },
    { $set: { [`confirmedBy.${student}`]: without } },
    { $set: SIZES },
  ]
}

/** The update after the sender has talked to a family: neither its objection nor its two opinions wait any longer. */
export const settled = (studentId: unknown) => [
  {
    $set: {
      waitingIds: put('waitingIds', studentId, false),
      conflictIds: put('conflictIds', studentId, false),
    },
  },
  { $set: SIZES },
]

interface Family {
  confirmedBy?: Marks | undefined
  signedBy?: Marks | undefined
  objectedBy?: Marks | undefined
}

const keysOf = (marks: Marks | undefined, studentId: string) => Object.keys(marks?.[studentId] ?? {})

/** Who has confirmed or signed, and who objects; keys of guardians. */
export function opinionsOf(sheet: Family, studentId: string) {
  const agreed = [...keysOf(sheet.confirmedBy, studentId), ...keysOf(sheet.signedBy, studentId)]
  return { agreed: [...new Set(agreed)], objecting: keysOf(sheet.objectedBy, studentId) }
}

interface Asked {
  confirmation: Confirmation
  form?: LetterForm | null | undefined
  dueOn?: string | null | undefined
  rule: Rule['kind']
}

/** Whether a letter can be objected to at all: a form that asks for a decision has its own no. */
export const mayBeObjected = ({ confirmation, form }: Pick<Asked, 'confirmation' | 'form'>) =>
  confirmation !== 'read' && !(form && decisionOf(form))

/** Why a guardian cannot say any more that they have another opinion; null while they can. */
export function objectionTo(
  asked: Asked,
  sheet: Family,
  who: { studentId: string; personId: string },
  now: Date,
) {
  const { agreed, objecting } = opinionsOf(sheet, who.studentId)
  if (!mayBeObjected(asked)) return '这封信不用表示意见'
  if (keysOf(sheet.signedBy, who.studentId).includes(who.personId))
    return '签过字的信不能再改；有变化，请告诉老师'
  const others = [...agreed, ...objecting].some((it) => it !== who.personId)
  if (asked.rule === 'once' && others)
    return '家里已经有一位家长交了回执，一个孩子只交一份；想法不一样，请告诉老师'
  const hasAnswered = agreed.includes(who.personId) || objecting.includes(who.personId)
  const isOver = Boolean(asked.dueOn && asked.dueOn < shanghaiDay(now))
  return hasAnswered && isOver ? '截止日期已经过了，要改请告诉老师' : null
}

/** Who said what, whatever the order: a settlement holds for exactly this. */
export const keyOf = (sheet: Family, studentId: string) => {
  const { agreed, objecting } = opinionsOf(sheet, studentId)
  return [...agreed.map((it) => `${it}=同意`), ...objecting.map((it) => `${it}=不同意`)].sort().join('|')
}
