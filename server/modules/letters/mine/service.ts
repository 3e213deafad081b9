import { Types } from 'mongoose'
import type { FamilyDifference } from '#contract/letter-receipts'
import type { Correction } from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild } from '../../org/policy.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import type { AnswerRecord } from '../answers/model.ts'
import { type Former, formerOf } from '../answers/carrying/service.ts'
import { answersOf, refuseUnanswered } from '../answers/service.ts'
import { correctionFor, readBefore } from '../editions/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { differenceIn } from '../opinions/service.ts'
import type { ChildsLetter } from '../policy.ts'
import { letterPage } from '../sending/rules.ts'
import { callingOf } from '../sheets/present.ts'
import { addressesFor, sheetsFor } from '../placing/service.ts'
import { superseded } from '../sheets/closing/service.ts'
import { familySheets, type FamilySheet, record } from '../sheets/service.ts'
import { standing } from './rules.ts'

const PAGE = 20
/** What a family still has to do is looked for among so many letters of so many days. */
const OPEN_DAYS = 120
const MOST_OPEN = 100
const DAY_MS = 86_400_000

type SentLetter = LetterRecord & { sentAt: Date }

/** One letter and where the family stands with it. */
export interface Line {
  letter: SentLetter
  standing: ReturnType<typeof standing>
  /** The family has read an edition before this one, and not yet this one. */
  isToReadAgain: boolean
}

/** A page of the letters to a child, newest first: one query for the letters, one for their sheets. */
export async function lettersTo(child: OwnChild, after: string | undefined, now: Date) {
  const found = await sentTo(child, after ? olderThan(after) : {}, PAGE + 1)
  const page = found.slice(0, PAGE)
  const end = page.at(-1)
  return {
    lines: await linesOf(child, page, now),
    next: found.length > PAGE && end ? `${end.sentAt.getTime()}~${String(end._id)}` : null,
  }
}

function olderThan(mark: string) {
  const [at = '', id = ''] = mark.split('~')
  const last = new Date(Number(at))
  return { $or: [{ sentAt: { $lt: last } }, { sentAt: last, _id: { $lt: new Types.ObjectId(id) } }] }
}

/** The letters to a child that wait for an answer, the most urgent first. */
export async function openLettersTo(child: OwnChild, now: Date): Promise<Line[]> {
  const since = { sentAt: { $gte: new Date(now.getTime() - OPEN_DAYS * DAY_MS) } }
  const lines = await linesOf(child, await sentTo(child, since, MOST_OPEN), now)
  return lines.filter((it) => !it.standing.isDone).sort((a, b) => pressing(a).localeCompare(pressing(b)))
}

/** 紧急 before all else, then by the last day; without one at the end. */
const pressing = ({ letter }: Line) => `${letter.isUrgent ? 0 : 1}${letter.dueOn ?? '9999'}`

async function sentTo(child: OwnChild, also: object, most: number) {
  return LetterModel.find(
    {
      'audience.unitId': { $in: await addressesFor(child) },
      'excluded.studentId': { $ne: new Types.ObjectId(child.studentId) },
      status: 'sent',
      supersededBy: null,
      ...also,
    },
    { body: 0 },
  )
    .sort({ sentAt: -1, _id: -1 })
    .limit(most)
    .lean<SentLetter[]>()
}

async function linesOf(child: OwnChild, letters: SentLetter[], now: Date): Promise<Line[]> {
  const placed = await sheetsFor(child, letters)
  const sheets = await familySheets(
    child.studentId,
    placed.map((it) => it.id),
  )
  const lines = placed.map(({ letter }) => ({
    letter,
    standing: standing(letter, sheets.get(String(letter._id)), child, now),
  }))
  const unread = lines.filter((it) => it.letter.supersedes && it.standing.state === 'unread')
  // A list without corrections that wait costs no further read (decision 0006).
  const again =
    unread.length > 0
      ? await readBefore(
          child,
          unread.map((it) => it.letter),
        )
      : new Set<string>()
  return lines.map((it) => ({ ...it, isToReadAgain: again.has(String(it.letter._id)) }))
}

/** An errand of the family's: a letter to read, confirm or sign. */
export interface LetterTask {
  letterId: string
  studentId: string
  title: string
  from: string
  confirmation: LetterRecord['confirmation']
  dueOn: string | null
  isOverdue: boolean
  isUrgent: boolean
  /** The family has read an edition before this one. */
  isToReadAgain: boolean
  sentAt: Date
  page: string
}

/** What some children's letters still ask of the family, for 今天要做的事. */
export async function openTasksOf(children: OwnChild[], now: Date): Promise<LetterTask[]> {
  const lists = await Promise.all(
    children.map(async (child) =>
      (await openLettersTo(child, now)).map(({ letter, standing: { isOverdue }, isToReadAgain }) => ({
        letterId: String(letter._id),
        studentId: child.studentId,
        title: letter.title,
        from: letter.unitName,
        confirmation: letter.confirmation,
        dueOn: letter.dueOn ?? null,
        isOverdue,
        isUrgent: letter.isUrgent ?? false,
        isToReadAgain,
        sentAt: letter.sentAt,
        page: `/${letterPage(String(letter._id), child.studentId)}`,
      })),
    ),
  )
  return lists.flat()
}

export interface Opened {
  /** What was put right since the family read it. */
  correction?: Correction | null
  proof: ChildsLetter
  sheet: FamilySheet
  /** What was answered below the edition before, where this one asks something else. */
  former: Former | null
  /** Guardians who differ, or differed. */
  difference: FamilyDifference | null
  /** What the family has filled in below the letter. */
  answers: AnswerRecord[]
  /** What the guardians who have done something are called. */
  bonds: { studentId: unknown; personId: unknown; relation: string }[]
}

/** Opening a letter is reading it. */
export async function open(proof: ChildsLetter, now: Date): Promise<Opened> {
  const sheet = await record(proof, ['read'], now)
  const opened = await withNames(proof, sheet)
  // A letter that was never put right costs no further read (decision 0006).
  return proof.letter.supersedes ? { ...opened, correction: await correctionFor(proof, sheet) } : opened
}

/** 点确认, once for a child; pressed again, or by the other parent, nothing changes. */
export async function confirm(proof: ChildsLetter, now: Date) {
  const { letter } = proof
  if (letter.supersededBy) throw superseded()
  if (letter.confirmation === 'sign') throw new Refusal('conflict', '这封信需要手写签字')
  if (letter.confirmation === 'read') throw new Refusal('conflict', '这封信读过就好，不用确认')
  await refuseUnanswered(proof)
  const sheet = await record(proof, ['read', 'confirmed'], now)
  const opened = await withNames(proof, sheet)
  refuseOthers(opened)
  return opened
}

/** Where one answer a child stands, whoever comes later is told by name who was first. */
export function refuseOthers({ proof: { letter, child }, sheet, bonds }: Opened) {
  if (letter.receiptRule !== 'once') return
  const marks = { ...sheet.objectedBy?.[child.studentId], ...sheet.confirmedBy?.[child.studentId] }
  const [other] = Object.keys(marks)
  if (other === undefined || child.personId in marks) return
  const who = callingOf(bonds, child.studentName, child.studentId, other)
  throw new Refusal('conflict', `${who}已经交过回执了，一个孩子只交一份`)
}

/** The relations of the family are asked for only when somebody other than the reader has done something. */
export async function withNames(proof: ChildsLetter, sheet: FamilySheet): Promise<Opened> {
  const { studentId, personId, relation } = proof.child
  const deeds = [sheet.readBy, sheet.confirmedBy, sheet.signedBy, sheet.objectedBy]
  const others = deeds.flatMap((it) => Object.keys(it?.[studentId] ?? {})).some((it) => it !== personId)
  // Where each guardian is asked, the page says who is missing.
  const bonds =
    others || proof.letter.receiptRule === 'each'
      ? await joinedGuardiansOf([new Types.ObjectId(studentId)])
      : [{ studentId, personId, relation }]
  // A letter without a form costs no further read (decision 0006).
  const answers = proof.letter.form ? await answersOf(proof.letter._id, studentId) : []
  const difference = await differenceIn(proof.letter, studentId, sheet, answers)
  const former = answers.length === 0 ? await formerOf(proof.letter, studentId) : null
  return { proof, sheet, bonds, answers, difference, former }
}
