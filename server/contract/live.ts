import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { unitKind } from './org.ts'
import { activityTheme } from './parent-school.ts'

const requestId = z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对'))

export const liveStatus = z.catch(z.enum(['scheduled', 'live', 'ended', 'cancelled']), 'ended')
export type LiveStatus = z.infer<typeof liveStatus>

/** Families: registered beforehand, seen in the class, and there for most of it. */
export const liveTally = z.object({ registered: z.int(), joined: z.int(), attended: z.int() })
export type LiveTally = z.infer<typeof liveTally>

const liveHead = {
  id: objectId,
  title: z.string(),
  summary: z.string(),
  theme: z.catch(activityTheme, 'other'),
  unitName: z.string(),
  startAt: instant,
  minutes: z.int(),
  status: liveStatus,
  lecturers: z.array(z.object({ id: objectId, name: z.string() })),
}

export const liveLine = z.object({ ...liveHead, audience: z.string(), tally: liveTally })
export type LiveLine = z.infer<typeof liveLine>

export const listLive = endpoint({
  access: 'staff',
  summary: '云课堂，新的在前：本单位、下级和上级开到这里的（A4）',
  method: 'GET',
  path: '/units/:unitId/live',
  input: z.strictObject({ unitId: objectId, after: z.optional(z.string().check(z.maxLength(80))) }),
  reply: z.object({
    classes: z.array(liveLine),
    next: z.nullable(z.string()),
    abilities: z.object({ create: z.boolean() }),
  }),
})

const liveWords = {
  title: words('标题', 40),
  summary: z.string().check(z.trim(), z.maxLength(500, '介绍最多500个字')),
  theme: activityTheme,
  startAt: instant,
  minutes: whole(10, 180),
  /** Grades as numbers; none means all. */
  grades: z.array(whole(-3, 15)).check(z.maxLength(18)),
  lecturerIds: z.array(objectId).check(z.maxLength(6, '一堂课最多6位讲师')),
}

export const createLive = endpoint({
  access: 'staff',
  summary: '安排一堂云课堂：本单位哪些年级的家长可以报名',
  method: 'POST',
  path: '/units/:unitId/live',
  input: z.strictObject({ unitId: objectId, requestId, ...liveWords }),
  reply: z.object({ id: objectId }),
})

export const changeLive = endpoint({
  access: 'staff',
  summary: '修改还没有开始的云课堂；改了时间，已报名的家长会收到通知',
  method: 'PUT',
  path: '/live/:liveId',
  input: z.strictObject({ liveId: objectId, ...liveWords }),
  reply: done,
})

export const cancelLive = endpoint({
  access: 'staff',
  summary: '取消云课堂，并告诉已报名的家长原因',
  method: 'POST',
  path: '/live/:liveId/cancellation',
  input: z.strictObject({ liveId: objectId, reason: words('取消的原因', 100) }),
  reply: done,
})

const own = z.strictObject({ liveId: objectId })

export const beginLive = endpoint({
  access: 'staff',
  summary: '开始上课：向直播服务要一路直播，最早提前半小时',
  method: 'POST',
  path: '/live/:liveId/beginning',
  input: own,
  reply: done,
})

export const endLive = endpoint({
  access: 'staff',
  summary: '下课：按在线时间算出勤，取回录像',
  method: 'POST',
  path: '/live/:liveId/ending',
  input: own,
  reply: done,
})

export const liveUnitRow = z.object({
  unitId: objectId,
  kind: unitKind,
  name: z.string(),
  tally: liveTally,
})
export type LiveUnitRow = z.infer<typeof liveUnitRow>

export const liveDetail = z.object({
  ...liveHead,
  audience: z.string(),
  grades: z.array(z.int()),
  startedAt: z.nullable(instant),
  endedAt: z.nullable(instant),
  tally: liveTally,
  rows: z.array(liveUnitRow),
  /** Where the lecturer's software sends picture and sound; for those who run the class. */
  pushAddress: z.nullable(z.string()),
  playAddress: z.nullable(z.string()),
  /** `waiting` until the service has handed it over. */
  recording: z.catch(z.enum(['none', 'waiting', 'ready', 'failed']), 'none'),
  /** The draft the recording became. */
  programmeDraftId: z.nullable(objectId),
  questionsWaiting: z.int(),
  abilities: z.object({
    change: z.boolean(),
    cancel: z.boolean(),
    begin: z.boolean(),
    end: z.boolean(),
    moderate: z.boolean(),
    makeLesson: z.boolean(),
    seeNames: z.boolean(),
  }),
})
export type LiveDetail = z.infer<typeof liveDetail>

export const readLive = endpoint({
  access: 'staff',
  summary: '一堂云课堂：报名、出勤（逐级下钻）、录像',
  method: 'GET',
  path: '/units/:unitId/live/:liveId',
  input: z.strictObject({ unitId: objectId, liveId: objectId }),
  reply: liveDetail,
})

export const liveFamily = z.object({
  studentId: objectId,
  number: z.string(),
  studentName: z.string(),
  /** 张三妈妈 */
  guardian: z.nullable(z.string()),
  hasRegistered: z.boolean(),
  hasJoined: z.boolean(),
  hasAttended: z.boolean(),
})
export type LiveFamily = z.infer<typeof liveFamily>

export const listLiveAttendance = endpoint({
  access: 'staff',
  summary: '一个班谁报了名、谁在课上',
  method: 'GET',
  path: '/classes/:classId/live/:liveId/families',
  input: z.strictObject({ classId: objectId, liveId: objectId }),
  reply: z.object({ className: z.string(), families: z.array(liveFamily) }),
})

const question = {
  id: objectId,
  text: z.string(),
  askedAt: instant,
  answer: z.nullable(z.string()),
}

export const staffQuestion = z.object({
  ...question,
  /** 张三妈妈 for who knows the families; else 一位家长. */
  asker: z.string(),
  status: z.catch(z.enum(['waiting', 'shown', 'hidden']), 'waiting'),
})
export type StaffQuestion = z.infer<typeof staffQuestion>

export const listLiveQuestions = endpoint({
  access: 'staff',
  summary: '家长的提问，等着看的在前',
  method: 'GET',
  path: '/live/:liveId/questions',
  input: own,
  reply: z.object({ questions: z.array(staffQuestion) }),
})

export const settleLiveQuestion = endpoint({
  access: 'staff',
  summary: '公开、收起或回答一个提问；公开的提问不带姓名',
  method: 'PUT',
  path: '/live/:liveId/questions/:questionId',
  input: z.strictObject({
    liveId: objectId,
    questionId: objectId,
    isShown: z.boolean(),
    answer: z.optional(z.string().check(z.trim(), z.maxLength(500, '回答最多500个字'))),
  }),
  reply: done,
})

export const makeLiveLesson = endpoint({
  access: 'staff',
  summary: '用录像建一门课程的草稿，编辑以后再发布',
  method: 'POST',
  path: '/live/:liveId/lesson',
  input: own,
  reply: z.object({ programmeDraftId: objectId }),
})

export const myLive = z.object({
  ...liveHead,
  hasRegistered: z.boolean(),
  hasAttended: z.boolean(),
  /** The class is on and may be entered. */
  isOn: z.boolean(),
  /** The recording may be watched. */
  hasReplay: z.boolean(),
})
export type MyLive = z.infer<typeof myLive>

export const listMyLive = endpoint({
  access: 'guardian',
  summary: '孩子家长可以报名的云课堂：将要开的和最近开过的',
  method: 'GET',
  path: '/children/:studentId/live',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({ coming: z.array(myLive), past: z.array(myLive) }),
})

const mine = z.strictObject({ studentId: objectId, liveId: objectId })

export const readMyLive = endpoint({
  access: 'guardian',
  summary: '一堂云课堂',
  method: 'GET',
  path: '/children/:studentId/live/:liveId',
  input: mine,
  reply: myLive,
})

export const registerLive = endpoint({
  access: 'guardian',
  summary: '报名；开课前一天和半小时会提醒',
  method: 'PUT',
  path: '/children/:studentId/live/:liveId/registration',
  input: mine,
  reply: myLive,
})

export const unregisterLive = endpoint({
  access: 'guardian',
  summary: '取消报名',
  method: 'DELETE',
  path: '/children/:studentId/live/:liveId/registration',
  input: mine,
  reply: myLive,
})

export const myQuestion = z.object({ ...question, isMine: z.boolean() })
export type MyQuestion = z.infer<typeof myQuestion>

/** What the page in the class is told with every beat. */
export const liveRoom = z.object({
  status: liveStatus,
  /** Where it plays; null once it is over without a recording. */
  address: z.nullable(z.string()),
  /** Seconds of presence that are counted so far, and of the class. */
  presentSeconds: z.int(),
  neededSeconds: z.int(),
  hasAttended: z.boolean(),
  questions: z.array(myQuestion),
})
export type LiveRoom = z.infer<typeof liveRoom>

export const joinLive = endpoint({
  access: 'guardian',
  summary: '进入课堂，或看回放',
  method: 'POST',
  path: '/children/:studentId/live/:liveId/seat',
  input: mine,
  reply: liveRoom,
})

export const beatLive = endpoint({
  access: 'guardian',
  summary: '课堂心跳：上次以来放了多少秒；以服务器的时钟为准',
  method: 'POST',
  path: '/children/:studentId/live/:liveId/beats',
  input: z.strictObject({ studentId: objectId, liveId: objectId, played: whole(0, 600) }),
  reply: liveRoom,
})

export const askLive = endpoint({
  access: 'guardian',
  summary: '课堂提问，老师看过以后公开',
  method: 'POST',
  path: '/children/:studentId/live/:liveId/questions',
  input: z.strictObject({
    studentId: objectId,
    liveId: objectId,
    requestId,
    text: words('问题', 200),
  }),
  reply: liveRoom,
})
