import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId, whole, words } from './endpoint.ts'

const time = z.string('请选择时间').check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, '时间的写法是 16:00'))

export const callWay = z.enum(['phone', 'visit'])
export type CallWay = z.infer<typeof callWay>

/** One appointment a teacher offers. */
const slotTimes = {
  id: objectId,
  startAt: instant,
  endAt: instant,
  way: callWay,
  teacherName: z.string(),
}

export const teacherSlot = z.object({
  ...slotTimes,
  unitName: z.string(),
  status: z.enum(['open', 'booked', 'closed']),
  booking: z.nullable(
    z.object({
      studentName: z.string(),
      className: z.string(),
      guardianName: z.string(),
      relation: z.string(),
      topic: z.string(),
      bookedAt: instant,
    }),
  ),
})
export type TeacherSlot = z.infer<typeof teacherSlot>

export const openSlots = endpoint({
  access: 'staff',
  summary: '开放通话时段：选日期、起止时间、每次多久、间隔多久',
  method: 'POST',
  path: '/units/:unitId/slots',
  input: z.strictObject({
    /** The class (or grade, or school) whose families may book. */
    unitId: objectId,
    days: z.array(day).check(z.minLength(1, '请至少选一天'), z.maxLength(14, '一次最多选14天')),
    from: time,
    until: time,
    lengthMinutes: whole(5, 120),
    gapMinutes: whole(0, 60),
    way: callWay,
  }),
  reply: z.object({ slots: z.array(teacherSlot) }),
})

export const listMySlots = endpoint({
  access: 'staff',
  summary: '我开放的时段与预约，从某天起两周',
  method: 'GET',
  path: '/me/slots',
  input: z.strictObject({ from: z.optional(day) }),
  reply: z.object({ slots: z.array(teacherSlot) }),
})

export const closeSlot = endpoint({
  access: 'staff',
  summary: '收回一个还没人预约的时段',
  method: 'DELETE',
  path: '/me/slots/:slotId',
  input: z.strictObject({ slotId: objectId }),
  reply: done,
})

export const cancelCall = endpoint({
  access: 'staff',
  summary: '老师取消一个预约，并说明原因',
  method: 'POST',
  path: '/me/slots/:slotId/cancellation',
  input: z.strictObject({ slotId: objectId, reason: words('取消的原因', 100) }),
  reply: done,
})

export const readCallNumber = endpoint({
  access: 'staff',
  summary: '预约到来时，老师看这位家长的电话（会留下记录）',
  method: 'POST',
  path: '/me/slots/:slotId/number',
  input: z.strictObject({ slotId: objectId }),
  reply: z.object({ phone: z.nullable(z.string()) }),
})

/** A slot as a family sees it while choosing. */
export const freeSlot = z.object(slotTimes)
export type FreeSlot = z.infer<typeof freeSlot>

export const listFreeSlots = endpoint({
  access: 'guardian',
  summary: '可以为这个孩子预约的时段',
  method: 'GET',
  path: '/children/:studentId/slots',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({ slots: z.array(freeSlot) }),
})

export const myCall = z.object({
  ...slotTimes,
  studentId: objectId,
  studentName: z.string(),
  topic: z.string(),
  status: z.enum(['booked', 'past', 'cancelled']),
  /** Who cancelled and why, when it was. */
  cancelledBy: z.nullable(z.enum(['guardian', 'teacher'])),
  reason: z.nullable(z.string()),
  abilities: z.object({ cancel: z.boolean() }),
})
export type MyCall = z.infer<typeof myCall>

export const bookSlot = endpoint({
  access: 'guardian',
  summary: '预约一个时段',
  method: 'POST',
  path: '/children/:studentId/slots/:slotId/booking',
  input: z.strictObject({ studentId: objectId, slotId: objectId, topic: words('想聊的事', 100) }),
  reply: myCall,
})

export const listMyCalls = endpoint({
  access: 'guardian',
  summary: '我的预约，新的在前',
  method: 'GET',
  path: '/me/calls',
  input: z.strictObject({}),
  reply: z.object({ calls: z.array(myCall) }),
})

export const cancelMyCall = endpoint({
  access: 'guardian',
  summary: '家长取消预约，并说明原因',
  method: 'POST',
  path: '/me/calls/:slotId/cancellation',
  input: z.strictObject({ slotId: objectId, reason: words('取消的原因', 100) }),
  reply: done,
})

export const unitCall = z.object({
  ...slotTimes,
  className: z.string(),
  studentName: z.string(),
  guardianName: z.string(),
  topic: z.string(),
})
export const listUnitCalls = endpoint({
  access: 'staff',
  summary: '一个单位的通话预约，按时间排列',
  method: 'GET',
  path: '/units/:unitId/calls',
  input: z.strictObject({
    unitId: objectId,
    from: z.optional(day),
    after: z.optional(z.string().check(z.maxLength(80))),
  }),
  reply: z.object({
    calls: z.array(unitCall),
    next: z.nullable(z.string()),
    openCount: z.int(),
    bookedCount: z.int(),
  }),
})
