import type { MyLetter } from '../../../contract'
import { date, dayOf, due, moment, type Due } from '../../../services/format'

/** A letter as the page shows it. */
export interface ShownLetter {
  id: string
  title: string
  from: string
  /** 9月1日(周二) · 给张三（七年级2班） */
  about: string
  due: Due | null
  blocks: MyLetter['blocks']
  pledge: string
  /** The page's one button; empty when nothing is asked any more. */
  action: '' | '我已阅读并确认' | '手写签名'
  /** What this family has done, the last deed first: 张三妈妈 9月1日(周二) 18:00 签了字. */
  deeds: string[]
  /** What was asked is done, in a word. */
  doneText: string
  isCopyThere: boolean
  /** What the family filled in below the letter. */
  answers: { id: string; by: string; lines: { code: string; label: string; text: string }[] }[]
  /** What was filled in may still be changed by this guardian. */
  canChange: boolean
  hasMine: boolean
  /** The page's one button while the form is being filled in. */
  actionAfterForm: '提交' | '提交并确认' | '填好了，去签名'
  newer: string | null
  /** The family can write to the school below it. */
  takesReplies: boolean
}

const DONE = { read: '已读', confirm: '已确认', sign: '已签字' } as const

export function presentLetter(letter: MyLetter, now = new Date()): ShownLetter {
  const { confirm, sign, seeCopy } = letter.abilities
  return {
    id: letter.id,
    title: letter.title,
    from: letter.from,
    about: `${date(dayOf(letter.sentAt), now)} · 给${letter.childName}（${letter.className}）`,
    due: letter.dueOn && !letter.isDone ? due(letter.dueOn, now) : null,
    blocks: letter.blocks,
    pledge: letter.pledge,
    action: confirm ? '我已阅读并确认' : sign ? '手写签名' : '',
    deeds: deedsOf(letter, now),
    doneText: letter.isDone ? DONE[letter.confirmation] : '',
    isCopyThere: seeCopy,
    answers: (letter.answers ?? []).map((it) => ({ id: it.id, by: answeredBy(it, now), lines: it.lines })),
    canChange: letter.abilities.answer === true,
    hasMine: Boolean(letter.myAnswer),
    actionAfterForm: confirm ? '提交并确认' : sign ? '填好了，去签名' : '提交',
    newer: letter.supersededBy,
    takesReplies: letter.takesReplies === true,
  }
}

const HOW = { app: '填', paper: '纸上填', call: '电话里说', visit: '当面说' } as const

/** 张三妈妈 11月20日(周五) 18:00填 · 张三妈妈 11月20日(周五) 18:00纸上填，李老师代录 */
function answeredBy({ by, at, way, enteredBy }: NonNullable<MyLetter['answers']>[number], now: Date) {
  return `${by} ${moment(at, now)} ${HOW[way]}${enteredBy ? `，${enteredBy}代录` : ''}`
}

function deedsOf({ read, confirmed, signed }: MyLetter, now: Date) {
  const said = (deed: MyLetter['read'], did: string) =>
    deed ? [`${deed.by} ${moment(deed.at, now)} ${did}`] : []
  return [...said(signed, '签了字'), ...said(confirmed, '点了确认'), ...said(read, '读了信')]
}
