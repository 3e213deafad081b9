import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole } from './endpoint.ts'
import { helpLine } from './hotlines.ts'
import { heldPost, postKind } from './posts.ts'

/** To whom a letter's replies go: its author's post, the 班主任 of each class, or nobody. */
export const repliesTo = z.enum(['author', 'classTeacher', 'none'])
export type RepliesTo = z.infer<typeof repliesTo>

/** waiting 等回复 · answered 已回复 · done 已办结 */
export const threadState = z.enum(['waiting', 'answered', 'done'])
const shownState = z.catch(threadState, 'answered')
export type ThreadState = z.infer<typeof threadState>

/** Made by the page for each line and each file: sent twice, it is still one. */
const requestId = z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对'))

/** What a post does first when a family's words speak of danger; read at a glance, by phone and console. */
export const URGENT_STEPS = [
  '先给家长打电话，问清孩子在哪里、身边有没有人。',
  '有危险，请家长马上打110或120，不要让孩子一个人待着。',
  '告诉心理教师和学校负责人，一起跟进，再在这里回复。',
] as const

export const MOST_WORDS = 1000
export const MOST_FILES = 6

export const threadFile = z.object({
  id: objectId,
  kind: z.catch(z.enum(['image', 'pdf']), 'pdf'),
  name: z.string(),
  bytes: z.int(),
  /** Opens for ten minutes, for whoever asked; pictures show, papers are saved. */
  link: z.string(),
})
export type ThreadFile = z.infer<typeof threadFile>

export const threadLine = z.object({
  id: objectId,
  seq: z.int(),
  /** family 家长 · post 老师 · note what happened to the thread: 转给心理教师 */
  side: z.catch(z.enum(['family', 'post', 'note']), 'note'),
  /** 张三妈妈, 班主任 李文老师 */
  by: z.string(),
  isMine: z.boolean(),
  text: z.string(),
  files: z.array(threadFile),
  at: instant,
  /** The other side has opened it. */
  isRead: z.boolean(),
  /** Taken back by its writer; nothing of it is left to read. */
  isWithdrawn: z.boolean(),
  /** Somebody looks at it before the other side is shown it. */
  isInReview: z.boolean(),
  /** It was looked at and kept back; why. */
  refusedBecause: z.optional(z.nullable(z.string())),
  /** Written by somebody who is kept away from the child now; the school alone still sees it. */
  isWithheld: z.optional(z.boolean()),
  /** Until when its writer may take it back. */
  withdrawableUntil: z.nullable(instant),
})
export type ThreadLine = z.infer<typeof threadLine>

/** When teachers answer: 老师一般在工作日8:00–17:30回复. */
export const serviceNote = z.object({ words: z.string(), isOpen: z.boolean() })

/** Who of a family sees a thread: all of its guardians, or 悄悄说, nobody but the one who began it. */
export const seenBy = z.enum(['family', 'me'], '请选择谁看得到')
export type SeenBy = z.infer<typeof seenBy>
const shownTo = z.optional(z.catch(seenBy, 'family'))

const mine = { studentId: objectId, letterId: objectId, seenBy: z._default(seenBy, 'family') }

export const myThread = z.object({
  letterId: objectId,
  letterTitle: z.string(),
  childName: z.string(),
  seenBy: shownTo,
  /** Who has it now: 班主任 李文老师. */
  keeper: z.string(),
  state: shownState,
  /** Why nothing can be written (any more), in a sentence; null while it can. */
  closedBecause: z.nullable(z.string()),
  service: serviceNote,
  /** Help lines that answer now; for the hours in which teachers do not. */
  helpLines: z.array(helpLine),
  /** The last lines, the oldest of them first. */
  lines: z.array(threadLine),
  /** There are older ones, before this number. */
  before: z.nullable(z.int()),
})
export type MyThread = z.infer<typeof myThread>

export const openMyThread = endpoint({
  access: 'guardian',
  summary: '一封信下面我家和老师的往来：最近的话、现在由谁回复、回复时间',
  method: 'GET',
  path: '/me/children/:studentId/letters/:letterId/thread',
  input: z.strictObject({ ...mine, before: z.optional(whole(1, 1_000_000)) }),
  reply: myThread,
})

export const myThreadLine = z.object({
  letterId: objectId,
  seenBy: shownTo,
  letterTitle: z.string(),
  keeper: z.string(),
  state: shownState,
  lastAt: instant,
  lastBy: z.string(),
  preview: z.string(),
  isUnread: z.boolean(),
})
export type MyThreadLine = z.infer<typeof myThreadLine>

const pageMark = z.string().check(z.regex(/^[\w.~-]{1,80}$/, '编号不对'))

export const listMyThreads = endpoint({
  access: 'guardian',
  summary: '一个孩子的全部往来，最近的在前',
  method: 'GET',
  path: '/me/children/:studentId/threads',
  input: z.strictObject({ studentId: objectId, after: z.optional(pageMark) }),
  reply: z.object({ threads: z.array(myThreadLine), next: z.nullable(z.string()) }),
})

export const countMyThreads = endpoint({
  access: 'guardian',
  summary: '老师有新回复、我还没看的往来，按孩子计数',
  method: 'GET',
  path: '/me/unread-threads',
  input: z.strictObject({}),
  reply: z.object({
    unread: z.int(),
    children: z.array(z.object({ studentId: objectId, unread: z.int() })),
  }),
})

const said = {
  requestId,
  text: z.string('请写下要说的话').check(z.trim(), z.maxLength(MOST_WORDS, `一次最多写${MOST_WORDS}个字`)),
  /** Uploaded before, by the same person. */
  fileIds: z._default(z.array(objectId).check(z.maxLength(MOST_FILES, `一次最多带${MOST_FILES}个文件`)), []),
}

export const writeToMyThread = endpoint({
  access: 'guardian',
  summary: '在一封信下面写给老师；同一个编号重复提交只算一次',
  method: 'POST',
  path: '/me/children/:studentId/letters/:letterId/thread',
  input: z.strictObject({ ...mine, ...said }),
  reply: z.object({
    line: threadLine,
    /** What was written speaks of danger: whom to call at once. The line has gone out all the same. */
    helpLines: z.array(helpLine),
  }),
})

export const readMyThread = endpoint({
  access: 'guardian',
  summary: '我读到了第几条',
  method: 'POST',
  path: '/me/children/:studentId/letters/:letterId/thread/read',
  input: z.strictObject({ ...mine, upTo: whole(0, 1_000_000) }),
  reply: done,
})

export const withdrawMyLine = endpoint({
  access: 'guardian',
  summary: '收回自己两分钟内写的一条',
  method: 'POST',
  path: '/me/children/:studentId/thread-lines/:lineId/withdrawal',
  input: z.strictObject({ studentId: objectId, lineId: objectId }),
  reply: done,
})

/** 悄悄说: the one guardian who may know of it, 张三妈妈; null where the whole family does. */
const privateWith = z.optional(z.nullable(z.string()))

export const deskThreadLine = z.object({
  id: objectId,
  letterId: objectId,
  letterTitle: z.string(),
  childName: z.string(),
  className: z.string(),
  /** The post it lies with: 班主任, 心理教师. */
  post: heldPost,
  state: shownState,
  /** 请尽快看: what was written speaks of danger to a child, and nobody has taken it up yet. */
  isUrgent: z.boolean(),
  privateWith,
  /** It was urgent, and I follow it up. */
  isFollowedByMe: z.optional(z.boolean()),
  isUnread: z.boolean(),
  waitingSince: z.nullable(instant),
  /** More than two working days without an answer. */
  isOverdue: z.boolean(),
  lastAt: instant,
  lastBy: z.string(),
  preview: z.string(),
})
export type DeskThreadLine = z.infer<typeof deskThreadLine>

export const threadBox = z.enum(['waiting', 'answered', 'done', 'urgent'], '没有这一栏')
export type ThreadBox = z.infer<typeof threadBox>

export const listThreads = endpoint({
  access: 'staff',
  summary: '家长写给我的岗位的话：等回复的里请尽快看的在前、等得久的在前',
  method: 'GET',
  path: '/threads',
  input: z.strictObject({
    box: threadBox,
    classId: z.optional(objectId),
    letterId: z.optional(objectId),
    /** Part of a child's name or a letter's title. */
    words: z.optional(z.string().check(z.trim(), z.maxLength(40, '最多写40个字'))),
    after: z.optional(pageMark),
  }),
  reply: z.object({
    threads: z.array(deskThreadLine),
    next: z.nullable(z.string()),
    /** The classes that have written, for a choice. */
    classes: z.array(z.object({ classId: objectId, name: z.string() })),
  }),
})

export const countThreads = endpoint({
  access: 'staff',
  summary: '等我的岗位回复的有几家，其中请尽快看的、超过两个工作日的',
  method: 'GET',
  path: '/thread-counts',
  input: z.strictObject({}),
  reply: z.object({
    waiting: z.int(),
    urgent: z.int(),
    overdue: z.int(),
    /** Of the schools one runs: what nobody has answered for five working days. */
    unanswered: z.optional(z.int()),
  }),
})

export const deskThread = z.object({
  id: objectId,
  letterId: objectId,
  letterTitle: z.string(),
  childName: z.string(),
  className: z.string(),
  post: heldPost,
  keeper: z.string(),
  state: shownState,
  privateWith,
  isUrgent: z.boolean(),
  /** 王芳老师 follows it up, since when. */
  followedBy: z.nullable(z.object({ name: z.string(), at: instant })),
  closedBecause: z.nullable(z.string()),
  lines: z.array(threadLine),
  before: z.nullable(z.int()),
  abilities: z.object({
    write: z.boolean(),
    finish: z.boolean(),
    forward: z.boolean(),
    follow: z.boolean(),
  }),
})
export type DeskThread = z.infer<typeof deskThread>

export const readThread = endpoint({
  access: 'staff',
  summary: '一家的往来；打开会记入操作记录，家长看得到',
  method: 'GET',
  path: '/threads/:threadId',
  input: z.strictObject({ threadId: objectId, before: z.optional(whole(1, 1_000_000)) }),
  reply: deskThread,
})

export const answerThread = endpoint({
  access: 'staff',
  summary: '以岗位的名义回复一家；同一个编号重复提交只算一次',
  method: 'POST',
  path: '/threads/:threadId/lines',
  input: z.strictObject({ threadId: objectId, ...said }),
  reply: z.object({ line: threadLine }),
})

export const markThreadRead = endpoint({
  access: 'staff',
  summary: '岗位读到了第几条',
  method: 'POST',
  path: '/threads/:threadId/read',
  input: z.strictObject({ threadId: objectId, upTo: whole(0, 1_000_000) }),
  reply: done,
})

export const withdrawLine = endpoint({
  access: 'staff',
  summary: '收回自己两分钟内写的一条回复',
  method: 'POST',
  path: '/threads/:threadId/lines/:lineId/withdrawal',
  input: z.strictObject({ threadId: objectId, lineId: objectId }),
  reply: done,
})

export const finishThread = endpoint({
  access: 'staff',
  summary: '办结：不用再回复；家长再写会重新打开',
  method: 'POST',
  path: '/threads/:threadId/done',
  input: z.strictObject({ threadId: objectId }),
  reply: done,
})

export const followThread = endpoint({
  access: 'staff',
  summary: '请尽快看的话，由我跟进：提醒不再继续',
  method: 'POST',
  path: '/threads/:threadId/following',
  input: z.strictObject({ threadId: objectId }),
  reply: done,
})

export const desk = z.object({
  unitId: objectId,
  post: heldPost,
  /** 心理教师 · 实验中学 */
  name: z.string(),
  holders: z.array(z.string()),
})
export type Desk = z.infer<typeof desk>

export const listDesks = endpoint({
  access: 'staff',
  summary: '可以把一家的话转给本校的哪些岗位',
  method: 'GET',
  path: '/threads/:threadId/desks',
  input: z.strictObject({ threadId: objectId }),
  reply: z.object({ desks: z.array(desk) }),
})

export const forwardThread = endpoint({
  access: 'staff',
  summary: '转给本校另一个岗位：记在往来里，家长看得到现在由谁回复',
  method: 'POST',
  path: '/threads/:threadId/desk',
  input: z.strictObject({ threadId: objectId, unitId: objectId, post: postKind }),
  reply: done,
})

/** What nobody has answered for more than five working days: without a word of what was written. */
export const overdueThread = z.object({
  id: objectId,
  letterTitle: z.string(),
  childName: z.string(),
  className: z.string(),
  keeper: z.string(),
  waitingSince: instant,
  /** When who has it was last asked to answer. */
  askedAt: z.optional(z.nullable(instant)),
})
export type OverdueThread = z.infer<typeof overdueThread>

export const listOverdueThreads = endpoint({
  access: 'staff',
  summary: '一所学校里超过五个工作日没有人回复的，由学校负责人过问',
  method: 'GET',
  path: '/units/:unitId/overdue-threads',
  input: z.strictObject({ unitId: objectId, after: z.optional(pageMark) }),
  reply: z.object({ threads: z.array(overdueThread), next: z.nullable(z.string()) }),
})

export const takeOverThread = endpoint({
  access: 'staff',
  summary: '把超过五个工作日没有人回复的接到自己的岗位来回复',
  method: 'POST',
  path: '/units/:unitId/overdue-threads/:threadId/taking',
  input: z.strictObject({ unitId: objectId, threadId: objectId }),
  reply: done,
})

export const askOverdueThread = endpoint({
  access: 'staff',
  summary: '提醒现在由谁回复的那个岗位：有一家超过五个工作日没有人回复；一天一次',
  method: 'POST',
  path: '/units/:unitId/overdue-threads/:threadId/asking',
  input: z.strictObject({ unitId: objectId, threadId: objectId }),
  reply: done,
})

const phrase = z
  .string()
  .check(z.trim(), z.minLength(1, '常用语不能是空的'), z.maxLength(200, '一条常用语最多200个字'))
export const phrases = z.object({ phrases: z.array(z.string()) })

export const listMyPhrases = endpoint({
  access: 'staff',
  summary: '我存下的常用回复',
  method: 'GET',
  path: '/me/phrases',
  input: z.strictObject({}),
  reply: phrases,
})

export const saveMyPhrases = endpoint({
  access: 'staff',
  summary: '保存我的常用回复，最多20条',
  method: 'PUT',
  path: '/me/phrases',
  input: z.strictObject({ phrases: z.array(phrase).check(z.maxLength(20, '常用语最多存20条')) }),
  reply: phrases,
})

const clock = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, '时间写成 08:00 的样子'))
export const serviceHours = z.object({ from: z.string(), to: z.string(), isUsual: z.boolean() })

export const readServiceHours = endpoint({
  access: 'staff',
  summary: '一所学校回复家长的时间（工作日）',
  method: 'GET',
  path: '/units/:unitId/service-hours',
  input: z.strictObject({ unitId: objectId }),
  reply: serviceHours,
})

export const saveServiceHours = endpoint({
  access: 'staff',
  summary: '设定一所学校回复家长的时间：这段时间以外不打扰老师',
  method: 'PUT',
  path: '/units/:unitId/service-hours',
  input: z.strictObject({ unitId: objectId, from: clock, to: clock }),
  reply: serviceHours,
})

export const setLetterReplies = endpoint({
  access: 'staff',
  summary: '一封信的回复交给谁：写信的岗位、各班班主任，或不接收；发出以后也能改',
  method: 'PUT',
  path: '/letters/:letterId/replies',
  input: z.strictObject({
    letterId: objectId,
    to: z.enum(['author', 'classTeacher', 'none'], '请选择回复交给谁'),
  }),
  reply: z.object({ to: repliesTo }),
})
