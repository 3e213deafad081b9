import type { WithdrawnLetter } from '#contract/letter-life'
import type { MyLetter, MyLetterLine } from '#contract/letters'
import { blocksOf } from '#contract/letter-text'
import type { LetterForm } from '#contract/letter-form'
import type { MyObjection } from '#contract/letter-receipts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { AnswerRecord } from '../answers/model.ts'
import { fitting } from '../answers/carrying/rules.ts'
import type { Former } from '../answers/carrying/service.ts'
import { presentAnswer } from '../answers/present.ts'
import { objection } from '../answers/rules.ts'
import { allOf } from '../answers/service.ts'
import { repliesTo } from '../threads/desks/service.ts'
import { ASKED, fillingFor } from '../rules.ts'
import { hasCopy, presentDeed } from '../sheets/present.ts'
import type { Withdrawn } from '../withdrawals/service.ts'
import { type Hidden, withoutHidden } from '../looks/rules.ts'
import { objectionTo } from '../objections/rules.ts'
import { progressOf, standing } from './rules.ts'
import type { Line, Opened } from './service.ts'

/** 实验中学 · 李老师; an office writes in its own name. */
export const fromOf = ({
  unitName,
  authorName,
  kind,
}: {
  unitName: string
  authorName: string
  kind: string
}) => (kind === 'notice' && authorName ? `${unitName} · ${authorName}` : unitName)

export function presentMyLine({ letter, standing, isToReadAgain }: Line): MyLetterLine {
  return {
    id: String(letter._id),
    kind: letter.kind,
    title: letter.title,
    from: fromOf(letter),
    sentAt: letter.sentAt.toISOString(),
    confirmation: letter.confirmation,
    dueOn: letter.dueOn ?? null,
    isUrgent: letter.isUrgent ?? false,
    isCorrected: Boolean(letter.supersedes),
    isToReadAgain,
    ...standing,
  }
}

interface Mine {
  /** What this guardian has objected. */
  said: MyObjection | null
  /** The link to a picture the family has sent. */
  pictureOf: (pictureId: string) => string
  hidden: ReadonlyMap<string, string | null>
  /** Pictures within the text that are not shown, by their addresses, and why. */
  hiddenWithin: ReadonlyMap<string, Hidden>
}

export function presentMyLetter(
  { proof: { letter, child }, sheet, bonds, answers, correction, difference, former }: Opened,
  now: Date,
  deps: Pick<Deps, 'fields'> & Mine,
): MyLetter {
  const filling = fillingFor(sheet, child)
  const of = { studentId: child.studentId, childName: child.studentName, bonds, byHand: sheet.byHand }
  const stand = standing(letter, sheet, child, now)
  const mayStill = mayRespond({ letter, child, sheet }, now)
  const progress = progressOf(sheet, { studentId: child.studentId, confirmation: letter.confirmation }, bonds)
  const mine = answers.find((it) => it.guardianKey === child.personId)
  const answered = (form: LetterForm) => (it: AnswerRecord) =>
    presentAnswer(it, {
      form,
      reader: child.personId,
      itemsOf: (one) => allOf(one, deps),
      pictureOf: deps.pictureOf,
      hidden: deps.hidden,
    })
  return {
    ...stand,
    id: String(letter._id),
    kind: letter.kind,
    title: letter.title,
    from: fromOf(letter),
    childName: child.studentName,
    className: sheet.className,
    sentAt: letter.sentAt.toISOString(),
    dueOn: letter.dueOn ?? null,
    confirmation: letter.confirmation,
    pledge: letter.pledge,
    isUrgent: letter.isUrgent ?? false,
    offersHelp: letter.offersHelp ?? false,
    blocks: withoutHidden(blocksOf(letter.body, filling), deps.hiddenWithin),
    ...(letter.attachments?.length && { attachments: letter.attachments }),
    version: letter.version,
    textHash: letter.textHash,
    supersededBy: letter.supersededBy ? String(letter.supersededBy) : null,
    source: letter.forwardOf ? { unitName: letter.forwardOf.unitName, title: letter.forwardOf.title } : null,
    correction: correction ?? null,
    takesReplies: repliesTo(letter) !== 'none',
    read: presentDeed(sheet.readBy, of),
    confirmed: presentDeed(sheet.confirmedBy, of),
    signed: presentDeed(sheet.signedBy, of),
    receiptRule: letter.receiptRule ?? 'any',
    ...(progress && { progress }),
    objected: presentDeed(sheet.objectedBy, of),
    myObjection: deps.said,
    difference,
    papers: Object.values(sheet.byHand?.[child.studentId] ?? {})
      .flatMap((it) => it.papers ?? [])
      .map(deps.pictureOf),
    ...(letter.form && {
      form: letter.form,
      answers: answers.map(answered(letter.form)),
      myAnswer: mine ? allOf(mine, deps) : null,
      former: former && {
        version: former.version,
        answers: former.answers.map(answered(former.form)),
        mine: formerItems(former, letter.form, child.personId, deps),
      },
    }),
    abilities: {
      confirm: mayStill && letter.confirmation === 'confirm',
      sign: mayStill && letter.confirmation === 'sign',
      object:
        !letter.supersededBy &&
        objectionTo({ ...letter, rule: letter.receiptRule ?? 'any' }, sheet, child, now) === null,
      seeCopy: hasCopy(sheet, child.studentId, letter.receiptRule === 'each' ? child.personId : undefined),
      ...(letter.form && { answer: mayFill({ letter, child, sheet, answers }, now) }),
    },
  }
}

function formerItems(former: Former, form: LetterForm, personId: string, deps: Pick<Deps, 'fields'>) {
  const own = former.answers.find((it) => it.guardianKey === personId)
  return own ? fitting(allOf(own, deps), former.form, form) : null
}

/** Whether the page asks this guardian to confirm or sign: nobody has answered for them, or they have another opinion and may think again. */
function mayRespond(
  { letter, child, sheet }: Pick<Opened, 'sheet'> & Pick<Opened['proof'], 'letter' | 'child'>,
  now: Date,
) {
  const asked = ASKED[letter.confirmation]
  if (letter.supersededBy || asked === 'read') return false
  const { studentId, personId } = child
  const marks = sheet[`${asked}By`]?.[studentId] ?? {}
  if (personId in marks) return false
  const objecting = sheet.objectedBy?.[studentId] ?? {}
  if (personId in objecting) return !(letter.dueOn && letter.dueOn < shanghaiDay(now))
  if (letter.receiptRule === 'each') return (sheet[`${asked}Ids`] ?? []).length === 0
  const isAnswered = Object.keys(marks).length > 0
  return !isAnswered && !(letter.receiptRule === 'once' && Object.keys(objecting).length > 0)
}

/** Whether this guardian may fill in the form, or change what they answered. */
function mayFill(
  {
    letter,
    child,
    sheet,
    answers,
  }: Pick<Opened, 'sheet' | 'answers'> & Pick<Opened['proof'], 'letter' | 'child'>,
  now: Date,
) {
  const { form, dueOn } = letter
  if (!form || letter.supersededBy) return false
  const guardianKey = child.personId
  const once = form.answeredBy === 'once'
  const there = once ? answers[0] : answers.find((it) => it.guardianKey === guardianKey)
  const signed = Object.keys(sheet.signedBy?.[child.studentId] ?? {})
  const isSigned = once ? signed.length > 0 : signed.includes(guardianKey)
  return objection({ form, dueOn, there, guardianKey, isSigned }, now) === null
}

export const presentWithdrawn = (letter: Withdrawn): WithdrawnLetter => ({
  id: String(letter._id),
  title: letter.title,
  from: fromOf(letter),
  sentAt: letter.sentAt.toISOString(),
  withdrawnAt: letter.withdrawnAt.toISOString(),
  reason: letter.withdrawnReason ?? '',
})
