import {
  askInWords,
  askOf,
  type Letter,
  type readReminderPlan,
  type Reply,
  type SheetRow,
  type Tally,
  type UnreachedCause,
  type UnreachedFamily,
} from '../../../contract'
import { date, moment, nearMoment } from '../../../services/format'

/** A list of names: who has done a thing, or has not. */
export interface Group {
  key: string
  label: string
  rows: { studentId: string; name: string; number: string; note: string; act?: string }[]
  /** A sentence above the names. */
  hint?: string
}

const ASKED = {
  read: { did: '已读', not: '未读', of: 'read' },
  confirm: { did: '已确认', not: '未确认', of: 'confirmed' },
  sign: { did: '已签', not: '未签', of: 'signed' },
} as const

/** Who has not answered comes first: that is what a teacher opens this page for. */
export function groupsOf(rows: SheetRow[], confirmation: Letter['confirmation'], now = new Date()): Group[] {
  const asked = ASKED[confirmation]
  const group = (key: 'read' | 'confirmed' | 'signed', isDone: boolean, label: string): Group => ({
    key: `${isDone ? '' : 'not-'}${key}`,
    label,
    rows: rows
      .filter((it) => hasDone(it, key) === isDone)
      .map((it) => ({
        studentId: it.studentId,
        name: it.name,
        number: it.number,
        note: noteOf(it, key, now),
      })),
  })
  const answered = [group(asked.of, false, asked.not), group(asked.of, true, asked.did)]
  if (confirmation === 'read') return answered
  return [...answered, group('read', false, '未读'), group('read', true, '已读')]
}

/** Where each guardian is asked, a family has done it when nobody of it is missing. */
const hasDone = (row: SheetRow, key: 'read' | 'confirmed' | 'signed') =>
  Boolean(row[key]) && !(key !== 'read' && row.progress && row.progress.missing.length > 0)

function noteOf(row: SheetRow, key: 'read' | 'confirmed' | 'signed', now: Date) {
  const deed = row[key]
  if (key !== 'read' && row.objected) return `${row.objected.by}有不同意见`
  if (deed && !hasDone(row, key)) return `还差${row.progress?.missing.join('、') ?? ''}`
  if (deed) return `${deed.by} ${nearMoment(deed.at, now)}`
  if (!row.hasJoined) return '家长还没有加入'
  return row.read ? `${row.read.by}读过` : ''
}

export interface ShownHead {
  title: string
  note: string
  asks: string
  /** 已签 */
  label: string
  done: number
  expected: number
  percent: number
  left: number
}

export function presentHead(letter: Letter, tally: Tally): ShownHead {
  const done = tally[ASKED[letter.confirmation].of]
  return {
    title: letter.title,
    note: `${letter.unitName} · ${letter.sentAt ? moment(letter.sentAt) : '还没有发出'}`,
    asks: askInWords(askOf(letter), letter.dueOn ? date(letter.dueOn) : '', '家长'),
    label: ASKED[letter.confirmation].did,
    done,
    expected: tally.expected,
    percent: tally.expected > 0 ? Math.floor((100 * done) / tally.expected) : 0,
    left: tally.expected - done,
  }
}

/** Where a letter stands that families do not see, in a sentence; empty when it is out. */
export function standingOf({ status, approval, sendAt, withdrawn }: Letter): string {
  if (status === 'withdrawn') return `已撤回${withdrawn?.reason ? `：${withdrawn.reason}` : ''}`
  if (status === 'sending') return '正在发出…'
  if (status === 'scheduled') return sendAt ? `${moment(sendAt)}发出` : '马上发出'
  if (status !== 'draft') return ''
  if (approval?.state === 'submitted') return `已交给${approval.unitName}审核，通过后会发出`
  if (approval?.state === 'returned') return `${approval.decidedBy ?? '上级'}退回：${approval.words ?? ''}`
  return approval ? '审核通过了，可以在控制台发出' : '还是草稿，可以在控制台接着写'
}

type Plan = Pick<Reply<typeof readReminderPlan>, 'remindable' | 'remindAfter'>

/** 现在微信能提醒到23/45个家庭，短信再通知2个 */
export function remindableText({ remindable }: Pick<Plan, 'remindable'>): string {
  if (!remindable) return ''
  const { families, wechat, text } = remindable
  return `现在微信能提醒到${wechat}/${families}个家庭${text ? `，短信再通知${text}个` : ''}`
}

/** Why pressing 提醒 would reach nobody now; empty where it would, or where nobody has counted. */
export function whyNotNow({ remindable, remindAfter }: Plan, now = new Date()): string {
  if (remindAfter) return `刚提醒过，${nearMoment(remindAfter, now)}以后可以再提醒`
  if (!remindable || remindable.wechat + (remindable.text ?? 0) > 0) return ''
  return '现在提醒不到：今天已经提醒过，或看“提醒不到”里怎么办'
}

const WHY: Record<UnreachedCause, string> = {
  notJoined: '没有加入，请发班级码或送纸质通知',
  wrongNumber: '号码不对或没有，请核对花名册',
  noWechat: '没有用微信登录过，请家长打开一次小程序',
  switchedOff: '关闭了提醒，请打电话或在群里说',
  noConsent: '提醒次数用完，请打电话或在群里说',
}

/** A menu of WeChat has six lines at most. */
const MOST_LINES = 6

export interface Step {
  text: string
  /** Whom it rings up; without one the class code is shown. */
  guardianshipId?: string
}

/** What a class teacher can do now for a family that no reminder reaches: ring up whom the roster knows, and give out the class code. */
export function stepsFor({ cause, guardians, isNumberBad }: UnreachedFamily): Step[] {
  const rung = isNumberBad ? [] : guardians.filter((it) => it.maskedPhone)
  const joins = cause === 'notJoined' || cause === 'wrongNumber' ? [{ text: '看班级码，请家长加入' }] : []
  const calls = rung.map(({ guardianshipId, relation, maskedPhone }) => ({
    text: `打给${relation} ${maskedPhone ?? ''}`,
    guardianshipId,
  }))
  return [...calls.slice(0, MOST_LINES - joins.length), ...joins]
}

/** Whom no reminder reaches, with the next best step. */
export const unreachedGroup = (families: readonly UnreachedFamily[]): Group => ({
  key: 'unreached',
  label: '提醒不到',
  hint: '点“联系”打电话：会留下记录，家长也看得到。纸质通知在管理后台的这封信里打印。',
  rows: families.map((it) => {
    const { studentId, number, name, cause, isNumberBad } = it
    const note = isNumberBad ? '号码打不通，请核对花名册，或在群里说' : WHY[cause]
    return { studentId, number, name, note, act: stepsFor(it).length > 0 ? '联系' : '' }
  }),
})
