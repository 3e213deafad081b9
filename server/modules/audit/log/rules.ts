import { type HeldPost, POST_WORDS } from '#contract/posts'
import { shanghaiInstant } from '../../../infra/clock.ts'
import { idsOf } from '../../org/tree/rules.ts'
import { actInWords, type Act } from '../rules.ts'

/** A child and every class it has been in: a list of the old class that was seen before the move still concerns it, one seen after does not. */
export interface ChildInTime {
  studentId: string
  path: string
  memberships: readonly Readonly<{ path: string; from: Date; to?: Date | null | undefined }>[]
}

const ALWAYS = new Date(0)
const NEVER = new Date('9999-01-01T00:00:00Z')

/** During which time a list of which units held the child. */
export function placesOf({ path, memberships }: ChildInTime) {
  const all = memberships.length > 0 ? memberships : [{ path, from: ALWAYS, to: null }]
  return all.map((it) => ({ unitIds: idsOf(it.path), from: it.from, to: it.to ?? NEVER }))
}

/** The instants of one day in Shanghai. */
export function dayRange(day: string) {
  const from = shanghaiInstant(day)
  return { $gte: from, $lt: new Date(from.getTime() + 86_400_000) }
}

/** Where a page of the log ends: the instant and the line. */
export const cursorOf = (line: { at: Date; _id: unknown }) => `${line.at.getTime()}~${String(line._id)}`

export function readCursor(text: string) {
  const [ms = '0', id = ''] = text.split('~')
  return { at: new Date(Number(ms)), id }
}

export const postWords = (post: string | null | undefined) =>
  post ? (POST_WORDS[post as HeldPost] ?? POST_WORDS.other) : null

/** 李文老师; who is called by an office already is not called a teacher as well. */
export const teacher = (name: string) => (/(老师|校长|园长|主任|局长)$/.test(name) ? name : `${name}老师`)

/** As one would tell a parent; where nothing stands here, the words of the log do. */
const TOLD: Partial<Record<Act, (unit: string) => string>> = {
  'families.listed': (unit) => `查看了${unit}的学生与家长名单`,
  'sheet.read': (unit) => `查看了${unit}的家长信签收情况`,
  'learners.listed': (unit) => `查看了${unit}的绿证学习情况`,
  'certificates.listed': (unit) => `查看了${unit}的绿证名单`,
  'calls.listed': (unit) => `查看了${unit}的通话预约`,
  'export.made': (unit) => `导出了${unit}的名单`,
  'phone.shown': () => '看了家长的完整手机号',
  'idNumber.shown': () => '看了孩子完整的证件号（全国学籍号）',
  'copy.opened': () => '打开了您家签字的签收单',
  'letter.previewed': () => '写信时看了它在您家手机上的样子',
  'threads.listed': () => '查看了家长写来的话的列表',
  'thread.opened': () => '看了您家写给老师的话',
  // That somebody takes it up is not for every guardian to know.
  'thread.followed': () => '看了您家写给老师的话',
  'thread.forwarded': () => '把您家写的话转给了别的岗位',
  'certificate.opened': () => '打开了您家的绿证',
  'certificate.replaced': () => '更正并换发了您家的绿证',
  'certificates.printed': (unit) => `打印了${unit}的绿证`,
  'evidence.listed': (unit) => `查看了${unit}家长交来的活动证明`,
  'evidence.decided': () => '审核了您家交来的活动证明',
}

/** What is done with a family's words to a post; one of them names a person where those are for that person alone. */
export const THREAD_ACTS = [
  'threads.listed',
  'thread.opened',
  'thread.followed',
  'thread.forwarded',
] as const satisfies readonly Act[]

export const tellParent = (act: string, unitName: string) =>
  TOLD[act as Act]?.(unitName || '孩子所在单位') ?? actInWords(act)
