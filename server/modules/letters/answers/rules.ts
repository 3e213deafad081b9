import { type AnswerItem, decisionOf, type LetterForm, valuesOf } from '#contract/letter-form'
import { holdsIdNumber } from '../../../infra/id-numbers.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { put } from '../sheets/rules.ts'
import type { AnswerRecord, EarlierAnswer, SettlementRecord } from './model.ts'

/** How many earlier versions of one answer are kept. */
export const MOST_EARLIER = 20

/** One answer for a child, or one of each guardian who says something. */
export const answerId = (form: LetterForm, letterId: string, studentId: string, guardianKey: string) =>
  form.answeredBy === 'once' ? `${letterId}:${studentId}` : `${letterId}:${studentId}:${guardianKey}`

/** Telephone numbers, handwriting, reasons and whatever holds an ID number go apart, to be sealed. */
export function parted(form: LetterForm, kept: readonly AnswerItem[]) {
  const isApart = ({ code, value }: AnswerItem) =>
    form.fields.some(
      (one) => one.code === code && (one.type === 'phone' || one.type === 'signature' || one.isReason),
    ) ||
    (typeof value === 'string' && holdsIdNumber(value))
  return { items: kept.filter((it) => !isApart(it)), apart: kept.filter(isApart) }
}

export function decisionIn(form: LetterForm, kept: readonly AnswerItem[]): string | null {
  const value = valuesOf(kept).get(decisionOf(form)?.code ?? '')
  return Array.isArray(value) ? (value[0] ?? null) : null
}

export const isSame = (one: readonly AnswerItem[], other: readonly AnswerItem[]) =>
  JSON.stringify(one) === JSON.stringify(other)

/** An answer as it is kept when another takes its place. */
export function earlierOf(there: AnswerRecord): EarlierAnswer {
  const { items, way, enteredBy, changedAt, version } = there
  const { guardianKey, personId, relation, childName, decision, sealedPhones } = there
  const said = { guardianKey, personId, relation, childName, decision, sealedPhones }
  return { items, way, enteredBy, at: changedAt, said: { ...said, ...(version && { version }) } }
}

interface Standing {
  form: LetterForm
  dueOn: string | null | undefined
  /** What stands where this answer would. */
  there: Pick<AnswerRecord, 'guardianKey' | 'childName' | 'relation' | 'way'> | undefined
  guardianKey: string
  /** Signed by this guardian, or by anybody where a child is answered for once. */
  isSigned: boolean
}

/** Why a guardian cannot answer any more, in one sentence; null while they can. */
export function objection({ form, dueOn, there, guardianKey, isSigned }: Standing, now: Date): string | null {
  if (isSigned) return '签过字的答复不能再改；有变化，请告诉老师'
  if (!there) return null
  const isOthers = there.guardianKey !== guardianKey && there.way === 'app'
  if (isOthers && form.answeredBy === 'once') return `${there.childName}${there.relation}已经填好了，不用再填`
  if (dueOn && dueOn < shanghaiDay(now)) return '截止日期已经过了，要改请告诉老师'
  return null
}

type Said = Pick<AnswerRecord, '_id' | 'guardianKey' | 'decision' | 'answeredAt'>

/** Who said what, whatever the order: a settlement holds for exactly this. */
export const keyOf = (answers: readonly Said[]) =>
  answers
    .map((it) => `${it.guardianKey}=${it.decision ?? ''}`)
    .sort()
    .join('|')

/** How a family stands after an answer: whether its guardians differ, and whose answer is counted. */
export function familyStanding(
  form: LetterForm,
  answers: readonly Said[],
  settlement: Pick<SettlementRecord, 'decision' | 'key'> | null,
) {
  const decisions = new Set(answers.flatMap((it) => (it.decision === null ? [] : [it.decision])))
  const isSettled = settlement !== null && settlement.key === keyOf(answers)
  const agreed = isSettled ? answers.filter((it) => it.decision === settlement.decision) : answers
  const [first] = agreed.toSorted((a, b) => a.answeredAt.getTime() - b.answeredAt.getTime())
  const speaking = form.answeredBy === 'each' ? agreed : first ? [first] : []
  return { isConflict: decisions.size > 1 && !isSettled, speaking: speaking.map((it) => it._id) }
}

export interface FamilyMark {
  student: unknown
  studentId: string
  guardianKey: string
  isConflict: boolean
  /** Everybody who has to has answered. */
  isWhole: boolean
}

/** The update of the sheet that goes with an answer. Lists are sets, and the counters their sizes: run twice, nothing changes. */
export function answerMark({ student, studentId, guardianKey, isConflict, isWhole }: FamilyMark, now: Date) {
  const mark = `answeredBy.${studentId}.${guardianKey}`
  const before = { $ifNull: ['$answeredIds', []] }
  return [
    {
      $set: {
        [mark]: { $ifNull: [`$${mark}`, now] },
        answeredIds: isWhole ? put('answeredIds', student, true) : before,
        conflictIds: put('conflictIds', student, isConflict),
      },
    },
    COUNTED,
  ]
}

export const COUNTED = {
  $set: {
    answered: { $size: '$answeredIds' },
    conflicts: { $size: '$conflictIds' },
    open: { $size: { $setUnion: ['$conflictIds', { $ifNull: ['$waitingIds', []] }] } },
  },
}

/** The update that takes a guardian's answer off the sheet again. */
export const answerUnmark = (
  { student, studentId, guardianKey, isConflict }: Omit<FamilyMark, 'isWhole'>,
  isLeft: boolean,
) => [
  {
    $set: {
      answeredIds: isLeft ? { $ifNull: ['$answeredIds', []] } : put('answeredIds', student, false),
      conflictIds: put('conflictIds', student, isConflict),
    },
  },
  COUNTED,
  { $unset: [isLeft ? `answeredBy.${studentId}.${guardianKey}` : `answeredBy.${studentId}`] },
]

/** The update of the sheet when guardians differ, or do so no longer. */
export const differing = (student: unknown, isConflict: boolean) => [
  {
    $set: {
      answeredIds: { $ifNull: ['$answeredIds', []] },
      conflictIds: put('conflictIds', student, isConflict),
    },
  },
  COUNTED,
]
