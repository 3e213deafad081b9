import type { Confirmation, LetterStatus, SheetRow, Tally } from '#contract/letters'
import { dateTime } from '../../format/date'

export const STATUS_TEXT: Record<LetterStatus, string> = {
  draft: '草稿',
  scheduled: '定时发送',
  sending: '正在发送',
  sent: '已发送',
  withdrawn: '已撤回',
}

/** Colour of a status; the word alone is enough. */
export const STATUS_TYPE: Record<LetterStatus, 'info' | 'warning' | 'primary' | 'success'> = {
  draft: 'info',
  scheduled: 'warning',
  sending: 'warning',
  sent: 'primary',
  withdrawn: 'info',
}

export const CONFIRMATION_TEXT: Record<Confirmation, string> = {
  read: '看过就好',
  confirm: '点确认',
  sign: '手写签字',
}

export const CONFIRMATION_HELP: Record<Confirmation, string> = {
  read: '家长打开就算完成',
  confirm: '家长读完点一下“我已阅读并确认”',
  sign: '家长用手指签名，留下不可改动的签收单',
}

interface Asked {
  did: string
  not: string
  of: 'read' | 'confirmed' | 'signed'
}
/** What a letter asks for, as lists of names are headed. */
export const ASKED: Record<Confirmation, Asked> = {
  read: { did: '已读', not: '未读', of: 'read' },
  confirm: { did: '已确认', not: '未确认', of: 'confirmed' },
  sign: { did: '已签', not: '未签', of: 'signed' },
}

export const doneOf = (tally: Tally, confirmation: Confirmation) => tally[ASKED[confirmation].of]

/** Names of one kind: who has done a thing, or has not. */
export interface Group {
  key: string
  label: string
  rows: SheetRow[]
  /** What the third column says of a row. */
  note: (row: SheetRow) => string
}

/** The lists of a class's sheet; who has not answered comes first. */
export function groupsOf(rows: SheetRow[], confirmation: Confirmation): Group[] {
  const pair = ({ did, not, of }: Asked): Group[] => [
    { key: `not-${of}`, label: not, rows: rows.filter((it) => !it[of]), note: whyNot },
    { key: of, label: did, rows: rows.filter((it) => it[of]), note: (row) => deedText(row[of]) },
  ]
  return confirmation === 'read' ? pair(ASKED.read) : [...pair(ASKED[confirmation]), ...pair(ASKED.read)]
}

const whyNot = (row: SheetRow) =>
  !row.hasJoined ? '家长还没有加入小程序' : row.read ? `读过：${deedText(row.read)}` : ''

const deedText = (deed: SheetRow['read']) => (deed ? `${deed.by} ${dateTime(deed.at)}` : '')
