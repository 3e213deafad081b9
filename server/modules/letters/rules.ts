import { createHash } from 'node:crypto'
import type { Confirmation, LetterStatus, Tally } from '#contract/letters'
import type { ReceiptRule } from '#contract/letter-receipts'
import { formProblem, type LetterForm } from '#contract/letter-form'
import { blankProblem, fillBlanks, type Filled, type Filling, unfinished } from '#contract/letter-text'
import { shanghaiDay, shanghaiInstant } from '../../infra/clock.ts'
import type { Action } from '../org/rules.ts'

/** A letter sent today may be answered within a year. */
const YEAR_MS = 366 * 86_400_000

/** The counter that says what a letter asks for. */
export const ASKED = { read: 'read', confirm: 'confirmed', sign: 'signed' } as const satisfies Record<
  Confirmation,
  keyof Tally
>

export interface Text {
  receiptRule?: ReceiptRule | null | undefined
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  version: number
  form?: LetterForm | null
  blanks?: readonly Filled[]
  attachments?: readonly { name: string; sha256: string }[]
  pictures?: readonly FrozenPicture[]
}

/** A picture of the text and the SHA-256 of what phones are sent. */
export interface FrozenPicture {
  address: string
  sha256: string
}

/**
 * What a signature vouches for: the words, what was asked, which edition, and the bytes of its files and pictures. A letter without files
 * is hashed as letters were before there were any, so that old copies still verify.
 */
export const hashText = ({ title, body, pledge, confirmation, version, form, ...files }: Text) =>
  createHash('sha256')
    .update(
      JSON.stringify([
        ...[version, title, body, pledge, confirmation],
        ...(form ? [form] : []),
        ...filesHashed(files),
      ]),
    )
    .digest('hex')

function filesHashed({ attachments = [], pictures = [] }: Pick<Text, 'attachments' | 'pictures'>) {
  if (attachments.length + pictures.length === 0) return []
  return [
    {
      attachments: attachments.map(({ name, sha256 }) => [name, sha256]),
      pictures: pictures.map(({ address, sha256 }) => [address, sha256]),
    },
  ]
}

/** Who of a family has to answer, fixed when a letter goes out: a form has a rule of its own, a letter to be read asks anybody. */
export const ruleAtSending = ({ form, receiptRule, confirmation }: Text): ReceiptRule =>
  confirmation === 'read' ? 'any' : (form?.answeredBy ?? receiptRule ?? 'any')

/** The letter's words with what its author filled in. */
export function written<T extends Text>(letter: T): T {
  const { title, body, pledge, blanks = [] } = letter
  const fill = (text: string) => fillBlanks(text, blanks)
  return { ...letter, title: fill(title), body: fill(body), pledge: fill(pledge) }
}

interface Addressed {
  dueOn?: string | null | undefined
  audience?: readonly { isStudent?: boolean | null | undefined }[]
  isForOneFamily?: boolean | null | undefined
  staff?: object | null | undefined
}

/** Why a letter cannot go out at this moment, in one sentence; null when it can. */
export function obstacle(letter: Text & Addressed, sendAt: Date, now: Date): string | null {
  if (letter.title.trim() === '') return '请填写标题'
  if (letter.body.trim() === '') return '请填写正文'
  const nowhere = obstacleOfAddress(letter)
  if (nowhere) return nowhere
  const wrong = (letter.blanks ?? []).map(blankProblem).find((it) => it !== null)
  if (wrong) return wrong
  const { title, body, pledge } = written(letter)
  const gap = unfinished(`${title}\n${body}\n${pledge}`)
  if (gap) return gap
  if (letter.staff) {
    const unfit = obstacleToStaff(letter)
    if (unfit) return unfit
  }
  if (letter.title.includes('{{')) return '标题是给所有家庭看的，请不要在标题里用填空'
  if (sendAt.getTime() - now.getTime() > YEAR_MS) return '定时发送最多提前一年'
  if (letter.dueOn && letter.dueOn < shanghaiDay(sendAt)) return '截止日期早于发送日期，请改一下'
  if (!letter.form) return null
  // What is filled in is vouched for by the one thing a family does below it.
  if (letter.confirmation === 'read') return '有表要填的信，请选“点确认”或“手写签字”'
  return formProblem(letter.form, letter.staff ? 'staff' : 'family')
}

/** Staff have no child in the letter, and their handwriting is not asked for. */
function obstacleToStaff({ body, pledge, confirmation }: Text): string | null {
  if (confirmation === 'sign') return '写给老师的信请选“看过就好”或“点确认”'
  return /\{\{\s*(孩子|班级|班主任)\s*\}\}/.test(body + pledge)
    ? '写给老师的信里没有孩子和班级，请去掉这些填空'
    : null
}

function obstacleOfAddress({ audience, isForOneFamily, staff }: Addressed): string | null {
  if (audience?.length === 0 && !staff) return '请选择收信的范围'
  if (isForOneFamily && (audience?.length !== 1 || !audience[0]?.isStudent)) return ONE_FAMILY
  return null
}

/** B4, B5: what is said of one child is for that child's family alone. */
export const ONE_FAMILY = '这封信写的是一个孩子，只能发给他自己的家，请选一个孩子'

/** 2026年9月1日 */
export function dateInWords(at: Date) {
  const [year = '', month = '', day = ''] = shanghaiDay(at).split('-')
  return `${year}年${Number(month)}月${Number(day)}日`
}

export interface ClassWords {
  schoolName: string
  className: string
  teacher: string
  sentAt: Date
}

/** What the blanks of a letter say to one guardian of one child. */
export const fillingFor = (words: ClassWords, child: { studentName: string; relation: string }): Filling => ({
  孩子: child.studentName,
  称呼: `${child.studentName}${child.relation}`,
  班级: words.className,
  学校: words.schoolName,
  班主任: words.teacher || '班主任',
  日期: dateInWords(words.sentAt),
})

export interface Standing {
  status: LetterStatus | 'expired'
  isSuperseded: boolean
}

/** What a member of staff may do with a letter; `mayWrite` is proven at the letter's own unit. */
export function abilitiesOf(
  { status, isSuperseded }: Standing,
  mayWrite: boolean,
  may: (action: Action) => boolean,
) {
  const isSent = status === 'sent'
  return {
    edit: mayWrite && status === 'draft',
    queue: mayWrite && status === 'draft',
    unqueue: mayWrite && status === 'scheduled',
    remove: mayWrite && (status === 'draft' || status === 'expired'),
    restore: mayWrite && status === 'expired',
    settle: mayWrite && (status === 'draft' || status === 'scheduled'),
    withdraw: mayWrite && isSent,
    revise: mayWrite && isSent && !isSuperseded,
    remind: isSent && !isSuperseded && (mayWrite || may('writeLetters')),
    seeNames: may('seeFamilies') && (isSent || status === 'withdrawn'),
  }
}

/** Without a last day a letter is open for so long to who comes later. */
export const OPEN_DAYS = 30
const DAY_MS = 86_400_000

/** Until when somebody who comes to a letter late still gets it: its last day, or thirty days after the sending. */
export const openUntil = ({ sentAt, dueOn }: { sentAt: Date; dueOn?: string | null | undefined }) =>
  dueOn
    ? new Date(shanghaiInstant(dueOn).getTime() + DAY_MS)
    : new Date(sentAt.getTime() + OPEN_DAYS * DAY_MS)

export const isOpenAt = (letter: { sentAt: Date; dueOn?: string | null | undefined }, at: Date) =>
  at < openUntil(letter)

/** Sending now or a moment ago is the same. */
export const isNow = (sendAt: Date | null, now: Date) => !sendAt || sendAt <= now

/** `2026-11` in Asia/Shanghai. */
export const monthOf = (at: Date) => shanghaiDay(at).slice(0, 7)

/** The months from one instant to another, both included. */
export function monthsBetween(from: Date, to: Date): string[] {
  const months: string[] = []
  const last = monthOf(to)
  let [year = 0, month = 0] = monthOf(from).split('-').map(Number)
  for (;;) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    if (name > last) return months
    months.push(name)
    month++
    if (month > 12) [year, month] = [year + 1, 1]
  }
}
