import type { AnswerWay, FormField, LetterForm } from '#contract/letter-form'
import type { Confirmation, LetterStatus, SheetRow, Tally } from '#contract/letters'
import { dateTime } from '../../format/date'

export const STATUS_TEXT: Record<LetterStatus, string> = {
  draft: '草稿',
  scheduled: '定时发送',
  sending: '正在发送',
  sent: '已发送',
  withdrawn: '已撤回',
}

/** How a draft stands with whoever has to see it first. */
export const APPROVAL_TEXT = { submitted: '待审核', approved: '已通过', returned: '已退回' } as const
export const APPROVAL_TYPE = { submitted: 'warning', approved: 'success', returned: 'danger' } as const

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
    { key: `not-${of}`, label: not, rows: rows.filter((it) => !isDone(it, of)), note: whyNot },
    { key: of, label: did, rows: rows.filter((it) => isDone(it, of)), note: (row) => deedText(row[of]) },
  ]
  return confirmation === 'read' ? pair(ASKED.read) : [...pair(ASKED[confirmation]), ...pair(ASKED.read)]
}

/** Where each guardian is asked, a family is done when nobody is missing. */
const isDone = (row: SheetRow, of: Asked['of']) =>
  Boolean(row[of]) && !(of !== 'read' && row.progress && row.progress.missing.length > 0)

const whyNot = (row: SheetRow) =>
  !row.hasJoined ? '家长还没有加入小程序' : row.read ? `读过：${deedText(row.read)}` : ''

const deedText = (deed: SheetRow['read']) => (deed ? `${deed.by} ${dateTime(deed.at)}` : '')

const TYPE_TEXT: Record<FormField['type'], string> = {
  text: '文字',
  choice: '选择',
  number: '数',
  date: '日子',
  phone: '手机号，加密保存',
  picture: '照片',
  signature: '手写签字',
  file: '上传文件（PDF 或照片）',
}

/** 参加、不参加 · 选了“参加”才问 · 可以不填 */
export function askText(it: FormField, form: LetterForm) {
  const options = form.fields.find((one) => one.code === it.shownIf?.field)?.options ?? []
  const others = options.filter((one) => !it.shownIf?.is.includes(one))
  const [other] = others
  const said = it.shownIf?.is.join('、') ?? ''
  const isShort = it.shownIf && it.shownIf.is.length > 1 && others.length === 1
  const when = isShort ? `没选“${other ?? ''}”才问` : it.shownIf ? `选了“${said}”才问` : ''
  const what = it.options ? it.options.filter(Boolean).join('、') || '还没有选项' : TYPE_TEXT[it.type]
  return [what, when, it.required ? '' : '可以不填'].filter(Boolean).join(' · ')
}

export const WAY_TEXT: Record<AnswerWay, string> = {
  app: '小程序里填',
  paper: '纸上填',
  call: '电话里说',
  visit: '当面说',
}

export const MARK_TEXT = { boarding: '住校', leftBehind: '留守' } as const

const named = (from: number, names: string[]) => names.map((name, at) => ({ grade: from + at, name }))
/** Every grade there is, by stage, as an author looks for it. */
export const GRADE_CHOICES = [
  { name: '幼儿园', grades: named(-3, ['小班', '中班', '大班']) },
  { name: '小学', grades: named(1, ['一年级', '二年级', '三年级', '四年级', '五年级', '六年级']) },
  { name: '初中', grades: named(7, ['七年级', '八年级', '九年级']) },
  { name: '高中', grades: named(10, ['高一', '高二', '高三']) },
  { name: '中职', grades: named(13, ['职一', '职二', '职三']) },
]
