import type { Confirmation, Letter, LetterTemplate } from '#contract/letters'
import { unfinished } from '#contract/letter-text'
import { dayKey } from '../../format/date'

/** A letter while it is being written. */
export interface Draft {
  kind: 'letter' | 'notice'
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  dueOn: string | null
  audience: string[]
}

const DAY_MS = 86_400_000
const PLEDGE: Record<Confirmation, string> = {
  read: '',
  confirm: '我已读完这封信。',
  sign: '我已读完这封信，知道要做什么。',
}

export const emptyDraft = (): Draft => ({
  kind: 'letter',
  title: '',
  body: '',
  pledge: PLEDGE.confirm,
  confirmation: 'confirm',
  dueOn: null,
  audience: [],
})

export const draftOf = (letter: Letter): Draft => ({
  kind: letter.kind,
  title: letter.title,
  body: letter.body,
  pledge: letter.pledge,
  confirmation: letter.confirmation,
  dueOn: letter.dueOn,
  audience: letter.audience.map((it) => it.unitId),
})

/** A template with its due day counted from today; whoever has chosen an audience keeps it. */
export function fromTemplate(template: LetterTemplate, audience: string[], now = new Date()): Draft {
  const { kind, title, body, pledge, confirmation, dueDays } = template
  const dueOn = dayKey(new Date(now.getTime() + dueDays * DAY_MS))
  return { kind, title, body, pledge, confirmation, dueOn, audience }
}

/** Another way of answering brings its own sentence, unless somebody has written one. */
export function withConfirmation(draft: Draft, confirmation: Confirmation): Draft {
  const isOurs = draft.pledge === '' || Object.values(PLEDGE).includes(draft.pledge)
  return { ...draft, confirmation, ...(isOurs && { pledge: PLEDGE[confirmation] }) }
}

/** What keeps a draft from being sent, in a sentence; null when it can go. */
export function problemOf(draft: Draft, now = new Date()): string | null {
  if (draft.title.trim() === '') return '请填写标题'
  if (draft.body.trim() === '') return '请填写正文'
  if (draft.audience.length === 0) return '请选择收信的范围'
  if (draft.title.includes('{{')) return '标题是给所有家庭看的，请不要在标题里用填空'
  if (draft.dueOn && draft.dueOn < dayKey(now)) return '截止日期已经过去了，请改一下'
  return unfinished(`${draft.body}\n${draft.pledge}`)
}

const QUIET_FROM = '21:30'
const QUIET_TO = '07:00'

/** Between half past nine and seven WeChat rings nobody up; the letter itself is there at once. */
export const isQuiet = (time: string) => time >= QUIET_FROM || time < QUIET_TO
