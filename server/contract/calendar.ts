import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { letterStatus, tally } from './letters.ts'
import { unitKind } from './org.ts'

/** 年度日历: the days of a school year that are known ahead, and the letters that belong to them (B7). Families see none of it. */

export const nodeCode = z.string().check(z.regex(/^[a-z][a-z0-9-]{2,59}$/, '没有这个节点'))
/** The year a school year begins in: 2026 is September 2026 to August 2027. */
export const calendarYear = whole(2020, 2100)

/** 固定 by its rule, 公布 by a notice, 确定 by whoever keeps the calendar, 建议 as in other years. */
export const nodeStatus = z.enum(['fixed', 'announced', 'confirmed', 'proposed'])
export type NodeStatus = z.infer<typeof nodeStatus>

/** Whose letter it is in a school. */
export const inChargePost = z.enum(['school_admin', 'grade_head', 'class_teacher'], '请选择由谁负责')
export type InChargePost = z.infer<typeof inChargePost>

/** How far a unit is with the letters of a node: 还没写, 有草稿, 定时, 已发, 今年不发. */
export const nodeState = z.enum(['none', 'draft', 'scheduled', 'sent', 'dismissed'])
export type NodeState = z.infer<typeof nodeState>

const span = z.object({ from: day, to: day })

export const nodeLetter = z.object({
  id: objectId,
  title: z.string(),
  unitName: z.string(),
  status: letterStatus,
})
export type NodeLetter = z.infer<typeof nodeLetter>

export const yearNode = z.object({
  code: z.string(),
  title: z.string(),
  about: z.string(),
  ...span.shape,
  status: z.catch(nodeStatus, 'proposed'),
  /** Whose notice a proposed date waits for. */
  waitFor: z.nullable(z.string()),
  /** The days without anybody's change; null where nobody has moved it. */
  usual: z.nullable(span),
  /** Who moved, confirmed or switched it off last. */
  changedBy: z.nullable(z.enum(['city', 'school'])),
  draftOn: day,
  draftDaysBefore: z.int(),
  remindDaysBefore: z.int(),
  inCharge: z.catch(inChargePost, 'school_admin'),
  /** Added by the city or the school. */
  isAdded: z.boolean(),
  isOff: z.boolean(),
  /** What it offers the schools, grades or classes here. */
  templates: z.array(z.object({ code: z.string(), title: z.string() })),
  /** Of a school, grade or class; null above. */
  state: z.nullable(nodeState),
  dismissal: z.nullable(z.object({ reason: z.string(), by: z.string(), at: instant })),
  letters: z.array(nodeLetter),
  /** Above a school: how many are concerned, and how many of them have sent theirs. */
  schools: z.nullable(
    z.object({
      all: z.int(),
      sent: z.int(),
      /** Of a node that is over: 没有发, neither sent nor dismissed. */
      unsent: z.optional(z.nullable(z.int())),
    }),
  ),
  abilities: z.object({
    change: z.boolean(),
    /** Takes an added one away; puts any other back to where its rule has it. */
    reset: z.boolean(),
    write: z.boolean(),
    dismiss: z.boolean(),
    /** Switches it off: the city, or whoever has added it. */
    switchOff: z.optional(z.boolean()),
  }),
})
export type YearNode = z.infer<typeof yearNode>

const inUnit = { unitId: objectId, year: calendarYear }
const oneNode = { ...inUnit, code: nodeCode }

export const readCalendar = endpoint({
  access: 'staff',
  summary: '一个单位的年度日历：一学年的节点、日期、用哪几封信、写到哪一步',
  method: 'GET',
  path: '/units/:unitId/calendar',
  input: z.strictObject({ unitId: objectId, year: z.optional(calendarYear) }),
  reply: z.object({
    year: z.int(),
    /** The school year that runs; from half a year before its start the next one is shown beside it. */
    current: z.int(),
    isNextOpen: z.boolean(),
    today: day,
    nodes: z.array(yearNode),
    /** The city, or a school for itself. */
    mayChange: z.boolean(),
  }),
})

const days = {
  from: day,
  to: day,
  draftDaysBefore: whole(1, 60),
  remindDaysBefore: whole(1, 30),
}

export const changeNode = endpoint({
  access: 'staff',
  summary: '移动、确定或停用一个节点：市管理员对全市，学校对本校',
  method: 'PUT',
  path: '/units/:unitId/calendar/:year/nodes/:code',
  input: z.strictObject({ ...oneNode, ...days, isOff: z.boolean() }),
  reply: yearNode,
})

export const addNode = endpoint({
  access: 'staff',
  summary: '增加一个本市或本校自己的节点',
  method: 'POST',
  path: '/units/:unitId/calendar/:year/nodes',
  input: z.strictObject({
    ...inUnit,
    requestId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    title: words('节点名称', 20),
    about: z.string().check(z.trim(), z.maxLength(80, '说明最多80个字')),
    ...days,
    inCharge: inChargePost,
    templates: z
      .array(nodeCode, '请选择用哪封信')
      .check(z.minLength(1, '请选择用哪封信'), z.maxLength(6, '一个节点最多选6封信')),
  }),
  reply: yearNode,
})

export const resetNode = endpoint({
  access: 'staff',
  summary: '把节点恢复成建议的日期；自己增加的节点则删去',
  method: 'DELETE',
  path: '/units/:unitId/calendar/:year/nodes/:code',
  input: z.strictObject(oneNode),
  reply: done,
})

export const dismissNode = endpoint({
  access: 'staff',
  summary: '今年不发这个节点的信，写明原因',
  method: 'POST',
  path: '/units/:unitId/calendar/:year/nodes/:code/dismissal',
  input: z.strictObject({ ...oneNode, reason: words('原因', 100) }),
  reply: done,
})

export const resumeNode = endpoint({
  access: 'staff',
  summary: '又要发了：收回“今年不发”',
  method: 'DELETE',
  path: '/units/:unitId/calendar/:year/nodes/:code/dismissal',
  input: z.strictObject(oneNode),
  reply: done,
})

/** Schools below a unit by how far they are, and what families have done with what was sent. */
const counts = {
  all: z.int(),
  sent: z.int(),
  scheduled: z.int(),
  draft: z.int(),
  dismissed: z.int(),
  none: z.int(),
}

export const progressRow = z.object({
  unitId: objectId,
  kind: unitKind,
  name: z.string(),
  /** Of a single school. */
  state: z.nullable(nodeState),
  reason: z.nullable(z.string()),
  /** Letters that were sent at or below it. */
  letters: z.int(),
  ...counts,
  tally,
})
export type ProgressRow = z.infer<typeof progressRow>

export const readNodeProgress = endpoint({
  access: 'staff',
  summary: '一个节点的信，哪些学校发了、哪些没发，家长读了多少；市到区县，区县到学校，学校到每一封信',
  method: 'GET',
  path: '/units/:unitId/calendar/:year/nodes/:code/progress',
  input: z.strictObject(oneNode),
  reply: z.object({
    unit: z.object({ id: objectId, kind: unitKind, name: z.string() }),
    node: z.object({ code: z.string(), title: z.string(), ...span.shape, status: nodeStatus }),
    total: progressRow,
    rows: z.array(progressRow),
    /** Of a school: its letters one by one. */
    letters: z.array(z.object({ ...nodeLetter.shape, tally: z.nullable(tally) })),
    /** When those who have not sent theirs may be reminded again; null when they may now. */
    remindAfter: z.nullable(instant),
    mayRemind: z.boolean(),
    /** What is not sent by now is 没有发: a draft that lies there is no different from none. */
    isOver: z.optional(z.boolean()),
    countedAt: instant,
  }),
})

export const exportNodeProgress = endpoint({
  access: 'staff',
  summary: '导出一个节点的发信情况（Excel）的限时链接：逐校一行',
  method: 'GET',
  path: '/units/:unitId/calendar/:year/nodes/:code/export',
  input: z.strictObject(oneNode),
  reply: z.object({ link: z.string(), name: z.string() }),
})

export const remindSchools = endpoint({
  access: 'staff',
  summary: '提醒还没有发这封信的学校，一天至多一次',
  method: 'POST',
  path: '/units/:unitId/calendar/:year/nodes/:code/reminders',
  input: z.strictObject(oneNode),
  /** Schools that have not sent theirs, and the people there who were told; who was told today already is not counted. */
  reply: z.object({ schools: z.int(), people: z.int() }),
})

/** A node that is coming, for the class teacher's phone. */
export const nextNode = z.object({
  unitId: objectId,
  unitName: z.string(),
  year: z.int(),
  code: z.string(),
  title: z.string(),
  ...span.shape,
  status: z.catch(nodeStatus, 'proposed'),
  state: nodeState,
  templates: z.array(z.object({ code: z.string(), title: z.string(), hasForm: z.optional(z.boolean()) })),
  letterId: z.nullable(objectId),
})
export type NextNode = z.infer<typeof nextNode>

export const listMyNodes = endpoint({
  access: 'staff',
  summary: '我的班接下来的节点，用哪封信、写了没有',
  method: 'GET',
  path: '/me/calendar',
  input: z.strictObject({}),
  reply: z.object({ nodes: z.array(nextNode) }),
})
