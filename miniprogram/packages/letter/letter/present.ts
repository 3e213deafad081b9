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
  newer: string | null
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
    newer: letter.supersededBy,
  }
}

function deedsOf({ read, confirmed, signed }: MyLetter, now: Date) {
  const said = (deed: MyLetter['read'], did: string) =>
    deed ? [`${deed.by} ${moment(deed.at, now)} ${did}`] : []
  return [...said(signed, '签了字'), ...said(confirmed, '点了确认'), ...said(read, '读了信')]
}
