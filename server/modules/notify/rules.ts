import type { MessageKind } from '#contract/notify'
import { fit, inWords, type TemplateValue, typeOf } from '../../infra/wechat/fit.ts'
import { CALL, closed, JOINING, LETTER, MOVING } from './wording/rules.ts'

/** A moment, a stretch of time, or words where there is no moment (`长期有效`). */
type When = Date | string
type Stretch = { from: Date; to: Date }

/** What each kind of message has to say. */
export interface MessageValues {
  letter: {
    title: string
    sender: string
    child: string
    note: string
    deadline?: When
    /** Other than a new letter: an urgent one, one put right that they have read, all that waits for who has come late, what guardians agreed on. */
    about?: 'urgent' | 'corrected' | 'waiting' | 'settled'
  }
  letterReminder: { title: string; child: string; deadline: When; note: string }
  /** `visit`: at the school instead of on the telephone. */
  callBooked: { who: string; child: string; time: Stretch; note: string; about?: 'visit' }
  callCancelled: { who: string; child: string; time: Stretch; reason: string; about?: 'visit' }
  callReminder: { who: string; child: string; time: Stretch; note: string; about?: 'visit' }
  joinRequest: {
    applicant: string
    className: string
    child: string
    askedAt: Date
    /** Other than a new request: one that still waits, a guardian the family brought in, one the family does not know. */
    about?: 'waiting' | 'invited' | 'reported' | 'barAsked'
  }
  joinDecided: { className: string; child: string; result: '已通过' | '未通过'; note: string }
  certificate: { programme: string; holder: string; number: string; issuedOn: string }
  certificateExpiry: { programme: string; number: string; endsOn: string; note: string }
  studyReminder: { programme: string; child: string; progress: string; note: string }
  evidenceDecided: { programme: string; what: string; result: '已通过' | '未通过'; note: string }
  survey: { title: string; child: string; deadline: When; note: string }
  live: { title: string; child: string; time: Stretch; note: string; about?: 'cancelled' }
  liveReminder: { title: string; child: string; time: Stretch; note: string }
  childMoved: {
    child: string
    /** 滨江中学七年级1班 */
    place: string
    teacher: string
    note: string
    /** Other than a new class: out of the last grade, or back after a promotion or a list that was undone. */
    about?: 'graduated' | 'restored' | 'corrected'
  }
  staffMatter: { title: string; who: string; unit: string; note: string }
  /** A post has written to a family below a letter. */
  reply: { title: string; child: string; who: string; note: string }
  /** A family has written to a post. Nothing of what was written. */
  replyStaff: { title: string; child: string; post: string; note: string }
  contentReturned: { what: string; title: string; reason: string; note: string }
}

interface Kind<V> {
  /** What a person chooses when asked which reminders to allow. */
  label: string
  /** Headline in the list of messages. */
  title: string | ((values: V) => string)
  say: (values: V) => string
  /** Key of each field in the template, unless the configuration names others. */
  keys: { [F in keyof V]: string }
}

const KINDS: { [K in MessageKind]: Kind<MessageValues[K]> } = {
  letter: {
    label: '家长信提醒',
    title: (it) => LETTER[it.about ?? 'sent'].title,
    say: (it) => LETTER[it.about ?? 'sent'].say(it),
    keys: { title: 'thing1', sender: 'thing2', child: 'thing3', note: 'thing4' },
  },
  letterReminder: {
    label: '签收提醒',
    title: '有一封信等您签收',
    say: (it) => `${it.child}家的《${it.title}》还没有签收。${it.note}`,
    keys: { title: 'thing1', child: 'thing2', deadline: 'thing3', note: 'thing4' },
  },
  callBooked: {
    label: '通话预约通知',
    title: (it) => `${CALL[it.about ?? 'phone'].name}约好了`,
    say: (it) =>
      `${inWords(it.time)}，${CALL[it.about ?? 'phone'].withWhom(it.who)}，谈谈${it.child}。${it.note}`,
    keys: { who: 'thing1', child: 'thing2', time: 'time3', note: 'thing4' },
  },
  callCancelled: {
    label: '通话取消通知',
    title: (it) => `${CALL[it.about ?? 'phone'].name}取消了`,
    say: (it) =>
      `原定${inWords(it.time)}与${it.who}的${CALL[it.about ?? 'phone'].name}（${it.child}）已取消。原因：${it.reason}`,
    keys: { who: 'thing1', child: 'thing2', time: 'time3', reason: 'thing4' },
  },
  callReminder: {
    label: '通话前提醒',
    title: (it) => `${CALL[it.about ?? 'phone'].name}时间快到了`,
    say: (it) =>
      `${inWords(it.time)}，${CALL[it.about ?? 'phone'].withWhom(it.who)}，谈谈${it.child}。${it.note}`,
    keys: { who: 'thing1', child: 'thing2', time: 'time3', note: 'thing4' },
  },
  joinRequest: {
    label: '入班申请通知',
    title: (it) => JOINING[it.about ?? 'asked'].title,
    say: (it) => JOINING[it.about ?? 'asked'].say(it),
    keys: { applicant: 'name1', className: 'thing2', child: 'thing3', askedAt: 'time4' },
  },
  joinDecided: {
    label: '入班审核结果',
    title: '入班申请有结果了',
    say: (it) => `${it.child}加入${it.className}的申请${it.result}。${it.note}`,
    keys: { className: 'thing1', child: 'thing2', result: 'phrase3', note: 'thing4' },
  },
  certificate: {
    label: '证书发放通知',
    title: '您的证书发放了',
    say: (it) =>
      `恭喜${it.holder}学完《${it.programme}》，证书编号${it.number}，${fit('date', it.issuedOn)}颁发。`,
    keys: { programme: 'thing1', holder: 'name2', number: 'character_string3', issuedOn: 'date4' },
  },
  certificateExpiry: {
    label: '证书到期提醒',
    title: '您的绿证快到期了',
    say: (it) => `《${it.programme}》的绿证（编号${it.number}）${it.note}`,
    keys: { programme: 'thing1', number: 'character_string2', endsOn: 'date3', note: 'thing4' },
  },
  studyReminder: {
    label: '学习提醒',
    title: '家长课程等您来学',
    say: (it) => `${it.child}的家长，您好！《${it.programme}》${it.progress}。${it.note}`,
    keys: { programme: 'thing1', child: 'thing2', progress: 'thing3', note: 'thing4' },
  },
  evidenceDecided: {
    label: '活动证明审核结果',
    title: '您交的活动证明有结果了',
    say: (it) => `《${it.programme}》的活动证明（${it.what}）${it.result}。${it.note}`,
    keys: { programme: 'thing1', what: 'thing2', result: 'phrase3', note: 'thing4' },
  },
  survey: {
    label: '小调查邀请',
    title: '请您答一个小调查',
    say: (it) => `《${it.title}》抽到了${it.child}家，请在${inWords(it.deadline)}答完。${it.note}`,
    keys: { title: 'thing1', child: 'thing2', deadline: 'thing3', note: 'thing4' },
  },
  live: {
    label: '云课堂变动通知',
    title: (it) => (it.about ? '云课堂取消了' : '云课堂改时间了'),
    say: (it) => `《${it.title}》（${it.child}）${it.about ? '原定' : '改为'}${inWords(it.time)}。${it.note}`,
    keys: { title: 'thing1', child: 'thing2', time: 'time3', note: 'thing4' },
  },
  liveReminder: {
    label: '云课堂开课提醒',
    title: '云课堂快开课了',
    say: (it) => `《${it.title}》（${it.child}）${inWords(it.time)}开课。${it.note}`,
    keys: { title: 'thing1', child: 'thing2', time: 'time3', note: 'thing4' },
  },
  childMoved: {
    label: '转班升学通知',
    title: (it) => MOVING[it.about ?? 'moved'].title,
    say: (it) => MOVING[it.about ?? 'moved'].say(it),
    keys: { child: 'thing1', place: 'thing2', teacher: 'thing3', note: 'thing4' },
  },
  staffMatter: {
    label: '待办与结果通知',
    title: (it) => it.title,
    say: (it) => `${it.unit}，${it.who}：${it.note}`,
    keys: { title: 'thing1', who: 'thing2', unit: 'thing3', note: 'thing4' },
  },
  reply: {
    label: '老师回复通知',
    title: '老师回复您了',
    say: (it) => `${it.who}在《${it.title}》下面回复了您（${it.child}）。${it.note}`,
    keys: { title: 'thing1', child: 'thing2', who: 'thing3', note: 'thing4' },
  },
  replyStaff: {
    label: '家长来信通知',
    title: (it) => (it.note === '请尽快看' ? '请尽快看一位家长的话' : '家长写来一条'),
    say: (it) => `${it.child}的家长在《${it.title}》下面写给${it.post}，${it.note}`,
    keys: { title: 'thing1', child: 'thing2', post: 'thing3', note: 'thing4' },
  },
  contentReturned: {
    label: '内容退回通知',
    title: '有一条没有发出',
    say: (it) => `《${it.title}》里${it.what}，学校看过以后退了回来：${it.reason}。${it.note}`,
    keys: { what: 'thing1', title: 'thing2', reason: 'thing3', note: 'thing4' },
  },
}

export const MESSAGE_KINDS = Object.keys(KINDS) as MessageKind[]
export const labelOf = (kind: MessageKind) => KINDS[kind].label

/** One message to one person. `subject` is what it is about, `step` tells repeated messages about it apart. */
export interface Outgoing<K extends MessageKind = MessageKind> {
  kind: K
  subject: string
  personId: string
  step?: string
  values: MessageValues[K]
  /** Page of the mini-program that a tap opens, with its query. */
  page: string
  /** Not before this moment; now, if left out. */
  dueAt?: Date
  /** After this moment it would only confuse. */
  expiresAt?: Date
  /** Goes out in quiet hours too. */
  isUrgent?: boolean
  /** Path of the unit whose staff may see what became of it. */
  path?: string
  /** Which of a letter's reminders it is. */
  rung?: string
  /** May go as a text message where WeChat does not reach the person. */
  mayText?: boolean
}
export type AnyOutgoing = { [K in MessageKind]: Outgoing<K> }[MessageKind]

const PART = /^[\w.-]{1,64}$/

/** Whoever enqueues the same thing twice arrives at the same key, and the second one changes nothing. */
export function keyOf({
  kind,
  subject,
  personId,
  step = '1',
}: Pick<Outgoing, 'kind' | 'subject' | 'personId' | 'step'>) {
  const parts = [kind, subject, personId, step]
  const wrong = parts.find((part) => !PART.test(part))
  if (wrong !== undefined) throw new Error(`Not a part of a message key: ${JSON.stringify(wrong)}`)
  return parts.join(':')
}

/** Headline and sentence for the list of messages in the mini-program. */
export function wording<K extends MessageKind>({ kind, values }: Pick<Outgoing<K>, 'kind' | 'values'>) {
  const { title, say } = KINDS[kind]
  return { title: typeof title === 'string' ? title : title(values), text: closed(say(values)) }
}

/** A WeChat template as this installation was granted it. */
export interface Template {
  id: string
  keys: Record<string, string>
  /** Allowed once for all, as education accounts may ask for, instead of once for each message. */
  isLongTerm: boolean
}
export type Templates = Partial<Record<MessageKind, Template>>

export interface TemplateSetting {
  id: string
  keys?: Record<string, string> | undefined
  isLongTerm?: boolean | undefined
}

/** Reads `WX_TEMPLATES`; throws at boot rather than failing with the first message. */
export function readTemplates(settings: Record<string, TemplateSetting>): Templates {
  const templates: Templates = {}
  for (const [kind, { id, keys = {}, isLongTerm = false }] of Object.entries(settings)) {
    if (!isKind(kind)) throw new Error(`WX_TEMPLATES: there is no message kind ${kind}`)
    const all: Record<string, string> = { ...KINDS[kind].keys, ...keys }
    const wrong = Object.entries(all).find(([field, key]) => !(field in KINDS[kind].keys) || !typeOf(key))
    if (wrong)
      throw new Error(`WX_TEMPLATES: ${kind}.${wrong.join(' → ')} is no field of it or no template key`)
    templates[kind] = { id, keys: all, isLongTerm }
  }
  return templates
}

const isKind = (text: string): text is MessageKind => text in KINDS

/** What the template is filled with: each value made to fit. Throws `UnfitValue`. */
export function fill({ keys }: Template, values: Record<string, TemplateValue>) {
  return Object.fromEntries(
    Object.entries(keys).map(([field, key]) => [key, fit(typeOf(key) ?? 'thing', values[field] ?? '')]),
  )
}

export { afterQuietHours, isQuiet, nextMorning } from './quiet/rules.ts'
export { explain, leavesText, REASON_NAMES, type Reason } from './reasons/rules.ts'

/** How a text message stands that goes where WeChat did not reach. */
export const SMS_STATUSES = ['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'] as const
