import * as z from 'zod/mini'
import { day, endpoint, instant, objectId } from './endpoint.ts'

/** What a family is asked to do; a reader that does not know a new kind shows it as a plain errand. */
export const todoKind = z.enum([
  'letter',
  'course',
  'exam',
  'call',
  'match',
  'join',
  'certificate',
  'survey',
  'live',
  /** The school has answered below a letter. */
  'reply',
  'other',
])

/** One line of 今天要做的事, in the order to do them. */
export const todo = z.object({
  /** Stable for as long as the errand stands: `letter:<id>:<student>`. */
  key: z.string(),
  kind: z.catch(todoKind, 'other'),
  /** What to do, as an order: 请签字：春游告知书. */
  title: z.string(),
  /** Who and where, or how far along: 实验中学七年级2班 · 李老师. */
  note: z.string(),
  dueOn: z.nullable(day),
  /** An appointment's hour; an errand without one has `null`. */
  startsAt: z.nullable(instant),
  isUrgent: z.boolean(),
  studentId: z.nullable(objectId),
  /** Mini-program path with query, `/packages/…`. */
  page: z.string(),
})
export type Todo = z.infer<typeof todo>

/** How far the guardian is on the way to the certificate that this child's grade asks for. */
export const childProgress = z.object({
  studentId: objectId,
  programmeTitle: z.nullable(z.string()),
  lessonsDone: z.int(),
  lessonsTotal: z.int(),
  /** 0–100, the exam counted in; 100 only when the certificate is held. */
  percent: z.int(),
  isRequired: z.boolean(),
  certificateNumber: z.nullable(z.string()),
  /** The last day of the certificate that held; null while one holds and where there was none. */
  certificateEndedOn: z.optional(z.nullable(day)),
  /** Where 继续学习 leads. */
  page: z.nullable(z.string()),
})
export type ChildProgress = z.infer<typeof childProgress>

export const listMyTodos = endpoint({
  access: 'guardian',
  summary: '家长首页：今天要做的事与每个孩子的学习进度',
  method: 'GET',
  path: '/me/todos',
  input: z.strictObject({}),
  reply: z.object({ todos: z.array(todo), children: z.array(childProgress) }),
})

export const classToday = z.object({
  classId: objectId,
  className: z.string(),
  schoolName: z.string(),
  students: z.int(),
  /** Students with at least one guardian who has signed in. */
  joined: z.int(),
  joinsWaiting: z.int(),
})

export const letterToday = z.object({
  letterId: objectId,
  title: z.string(),
  sentAt: instant,
  expected: z.int(),
  read: z.int(),
  /** Confirmed or signed, whichever the letter asks for; `null` when reading is all. */
  answered: z.nullable(z.int()),
})

export const visitToday = z.object({
  bookingId: objectId,
  startsAt: instant,
  endsAt: instant,
  studentName: z.string(),
  /** 张小明妈妈 */
  guardianName: z.string(),
  topic: z.nullable(z.string()),
})

export const myDay = z.object({
  classes: z.array(classToday),
  /** The latest letters to my classes, newest first, at most five. */
  letters: z.array(letterToday),
  /** Who comes or calls today, by the hour. */
  visits: z.array(visitToday),
})
export type MyDay = z.infer<typeof myDay>

export const readMyDay = endpoint({
  access: 'staff',
  summary: '教师首页：我的班、谁读了、今天谁来、加入申请',
  method: 'GET',
  path: '/me/day',
  input: z.strictObject({}),
  reply: myDay,
})

/** What may wait for a member of staff; a reader that does not know a new kind leaves it out. */
export const dutyKind = z.enum([
  'joins',
  'bars',
  'transfers',
  'assigned',
  'approvals',
  'letters',
  'contents',
  'staffLetters',
  'objections',
  'replies',
  'unanswered',
  'calendar',
  'helpLines',
])
export const duty = z.object({
  kind: z.catch(z.enum([...dutyKind.options, 'other']), 'other'),
  count: z.int(),
})
export type Duty = z.infer<typeof duty>

export const listDuties = endpoint({
  access: 'staff',
  summary: '一个单位里等我处理的事，按种类计数',
  method: 'GET',
  path: '/units/:unitId/duties',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ duties: z.array(duty) }),
})
