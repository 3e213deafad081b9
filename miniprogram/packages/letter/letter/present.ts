import type { AnswerItem, Attachment, LetterForm, MyLetter } from '../../../contract'
import { date, dayOf, moment, type Due } from '../../../services/format'
import { dueAsk } from '../../../services/letter-card'
import { presentCorrection, type ShownCorrection } from '../correction'

/** A letter as the page shows it. */
export interface ShownLetter {
  id: string
  title: string
  from: string
  /** 9月1日(周二) · 给张三（七年级2班） */
  about: string
  /** 转发自东湖区 */
  source: string
  due: Due | null
  isUrgent: boolean
  blocks: MyLetter['blocks']
  attachments: Attachment[]
  pledge: string
  /** The page's one button; empty when nothing is asked any more. */
  action: '' | '我已阅读并确认' | '改为同意' | '手写签字'
  /** What this family has done, the last deed first: 张三妈妈 9月1日(周二) 18:00 签了字. */
  deeds: string[]
  /** What was asked is done, in a word. */
  doneText: string
  isCopyThere: boolean
  /** What the family filled in below the letter. */
  answers: {
    id: string
    by: string
    lines: { code: string; label: string; text: string; pictures: string[] }[]
  }[]
  /** What was answered below the edition before; the questions are others now. */
  former: { title: string; answers: ShownLetter['answers'] } | null
  /** 填好的表, or 家里的选择. */
  answersTitle: string
  /** What was filled in may still be changed by this guardian. */
  canChange: boolean
  hasMine: boolean
  /** The page's one button while the form is being filled in. */
  actionAfterForm: '提交' | '提交并确认' | '填好了，去签字'
  newer: string | null
  /** What was put right since the family read it. */
  correction: ShownCorrection | null
  /** The family can write to the school below it. */
  takesReplies: boolean
  /** The city's help lines stand below it. */
  offersHelp: boolean
  /** Who of the family has to answer, and who is missing. */
  ruleText: string
  /** 选择: large buttons instead of the bar; null where there are none or nothing can be changed any more. */
  choice: { form: LetterForm; mine: readonly AnswerItem[] } | null
  /** Guardians who answered differently: that the school will ask, then what was agreed on. */
  difference: { head: string; text: string } | null
  /** What this guardian has said against it. */
  objection: { reason: string } | null
  canObject: boolean
  /** Photos of the paper from which the school entered an answer. */
  papers: string[]
}

const DONE = { read: '已读', confirm: '已确认', sign: '已签字' } as const

/** `server` stands before the links of pictures. */
export function presentLetter(letter: MyLetter, now = new Date(), server = ''): ShownLetter {
  const { confirm, sign, seeCopy } = letter.abilities
  const shownAnswer = (it: FamilyAnswer) => ({
    id: it.id,
    by: answeredBy(it, letter.version, now),
    lines: it.lines.map((line) => shownLine(line, server)),
  })
  return {
    id: letter.id,
    title: letter.title,
    from: letter.from,
    source: letter.source ? `转发自${letter.source.unitName}` : '',
    about: `${date(dayOf(letter.sentAt), now)} · 给${letter.childName}（${letter.className}）`,
    due: letter.isDone ? null : dueAsk(letter, now),
    isUrgent: letter.isUrgent ?? false,
    blocks: letter.blocks,
    attachments: letter.attachments ?? [],
    pledge: letter.pledge,
    action: letter.form?.isPlain
      ? ''
      : confirm
        ? letter.myObjection
          ? '改为同意'
          : '我已阅读并确认'
        : sign
          ? '手写签字'
          : '',
    deeds: deedsOf(letter, now),
    doneText: doneText(letter),
    isCopyThere: seeCopy,
    answers: (letter.answers ?? []).map(shownAnswer),
    former: letter.former
      ? {
          title: `上次填的（第${letter.former.version}版）`,
          answers: letter.former.answers.map(shownAnswer),
        }
      : null,
    answersTitle: letter.form?.isPlain ? '家里的选择' : '填好的表',
    canChange: letter.abilities.answer === true && !letter.form?.isPlain,
    hasMine: Boolean(letter.myAnswer),
    actionAfterForm: confirm ? '提交并确认' : sign ? '填好了，去签字' : '提交',
    newer: letter.supersededBy,
    correction: letter.correction ? presentCorrection(letter.correction) : null,
    takesReplies: letter.takesReplies === true,
    offersHelp: letter.offersHelp === true,
    ruleText: ruleText(letter),
    choice:
      letter.form?.isPlain && letter.abilities.answer
        ? { form: letter.form, mine: letter.myAnswer ?? [] }
        : null,
    difference: differenceOf(letter, now),
    objection: letter.myObjection ? { reason: letter.myObjection.reason } : null,
    canObject: letter.abilities.object === true,
    papers: (letter.papers ?? []).map((it) => `${server}/api${it}`),
  }
}

type FamilyAnswer = NonNullable<MyLetter['answers']>[number]
type Line = FamilyAnswer['lines'][number]

const shownLine = ({ pictures = [], ...line }: Line, server: string) => ({
  ...line,
  pictures: pictures.map((it) => `${server}/api${it}`),
})

function doneText({ isDone, form, confirmation, objected, confirmed, signed }: MyLetter) {
  if (!isDone) return ''
  if (form?.isPlain) return '已选好'
  return objected && !confirmed && !signed ? '已交回执' : DONE[confirmation]
}

function differenceOf({ difference }: MyLetter, now: Date) {
  if (!difference) return null
  const { settled } = difference
  return settled
    ? { head: `商量好了：${settled.decision}`, text: `${settled.by} ${moment(settled.at, now)} 记下` }
    : { head: '家里的想法不一样', text: '老师会和您家联系。商量好的结果，在这里看得到。' }
}

function ruleText({ receiptRule, progress, confirmation, isDone, form }: MyLetter) {
  const what = confirmation === 'sign' ? '签字' : form?.isPlain ? '选' : '确认'
  if (receiptRule === 'each' && progress) {
    if (progress.missing.length === 0) return ''
    return `每位家长都要${what}：已有${progress.done}/${progress.of}位，还差${progress.missing.join('、')}`
  }
  return receiptRule === 'once' && !isDone && confirmation !== 'read'
    ? '一个孩子交一份回执，请家里商量好'
    : ''
}

const HOW = { app: '填', paper: '纸上填', call: '电话里说', visit: '当面说' } as const

/** 张三妈妈 11月20日(周五) 18:00填 · 张三妈妈 11月20日(周五) 18:00纸上填，李老师代登记 */
function answeredBy({ by, at, way, enteredBy, version = 0 }: FamilyAnswer, current: number, now: Date) {
  const before = version > 0 && version < current ? `，第${version}版时` : ''
  return `${by} ${moment(at, now)} ${HOW[way]}${enteredBy ? `，${enteredBy}代登记` : ''}${before}`
}

function deedsOf({ read, confirmed, signed, objected = null, form }: MyLetter, now: Date) {
  const said = (deed: MyLetter['read'], did: string) =>
    deed ? [`${deed.by} ${moment(deed.at, now)} ${did}`] : []
  return [
    ...said(objected, '表示了不同意见'),
    ...said(signed, '签了字'),
    ...said(confirmed, form?.isPlain ? '做了选择' : '点了确认'),
    ...said(read, '读了信'),
  ]
}
