import type { CallWay, FreeSlot, MyCall, MyChild } from '../../../contract'
import { dayOf, hour, moment, nearDate, span } from '../../../services/format'

/** What parents most often want to talk about. */
export const TOPICS = ['学习', '作息', '情绪', '和同学相处', '手机使用']
export const REASONS = ['临时有事', '想换个时间', '问题已经解决', '孩子生病了']

export interface ShownCall {
  id: string
  child: string
  when: string
  near: string
  teacher: string
  /** 李老师会打电话给您 */
  how: string
  topic: string
  canCancel: boolean
}
export interface PastCall {
  key: string
  when: string
  teacher: string
  topic: string
  status: string
  tone: 'calm' | 'todo'
  /** Who cancelled and why. */
  note: string
}
/** A free time as a button, with what the sheet says about it. */
export interface FreeTime {
  id: string
  hours: string
  when: string
  teacher: string
  how: string
}
export interface FreeDay {
  key: string
  title: string
  /** 李老师 · 打电话 */
  note: string
  times: FreeTime[]
}

const WAY: Record<CallWay, string> = { phone: '打电话', visit: '到校面谈' }

const howOf = ({ way, teacherName }: Pick<FreeSlot, 'way' | 'teacherName'>) =>
  way === 'phone' ? `到时候${teacherName}会打电话给您` : `请按时到学校和${teacherName}见面`

/** The calls still to come of all my children, the next one first: none may be missed because another child is chosen. */
export function comingCalls(calls: MyCall[], children: MyChild[], now: Date = new Date()): ShownCall[] {
  return calls
    .filter((it) => it.status === 'booked')
    .sort((a, b) => a.startAt.localeCompare(b.startAt))
    .map((it) => presentCall(it, children.length > 1, now))
}

export function presentCall(call: MyCall, namesChild: boolean, now: Date = new Date()): ShownCall {
  const near = nearDate(dayOf(call.startAt), now)
  return {
    id: call.id,
    child: namesChild ? call.studentName : '',
    when: span(call.startAt, call.endAt, now),
    near: near.includes('月') ? '' : near,
    teacher: call.teacherName,
    how: howOf(call),
    topic: call.topic,
    canCancel: call.abilities.cancel,
  }
}

/** What is over for one child, as the server sorts it: the newest first. */
export function pastCalls(calls: MyCall[], studentId: string, now: Date = new Date()): PastCall[] {
  return calls
    .filter((it) => it.status !== 'booked' && it.studentId === studentId)
    .map((it, at) => ({
      // One slot may be booked and cancelled several times.
      key: `${it.id}-${at}`,
      when: moment(it.startAt, now),
      teacher: it.teacherName,
      topic: it.topic,
      status: it.status === 'past' ? '已结束' : '已取消',
      // Called off by the teacher before its time: another one may be wanted.
      tone: it.cancelledBy === 'teacher' && new Date(it.startAt) > now ? 'todo' : 'calm',
      note: it.status === 'cancelled' ? cancelNote(it) : '',
    }))
}

function cancelNote({ cancelledBy, teacherName, reason }: MyCall) {
  const who = cancelledBy === 'teacher' ? `${teacherName}取消` : '您取消'
  return reason ? `${who}：${reason}` : `${who}了预约`
}

/** Free times by day; two teachers, or two ways, on one day stand apart. */
export function freeDays(slots: FreeSlot[], now: Date = new Date()): FreeDay[] {
  const days = new Map<string, FreeDay>()
  for (const slot of slots) {
    const day = dayOf(slot.startAt)
    const key = `${day} ${slot.teacherName} ${slot.way}`
    const group = days.get(key) ?? {
      key,
      title: nearDate(day, now),
      note: `${slot.teacherName} · ${WAY[slot.way]}`,
      times: [],
    }
    group.times.push({
      id: slot.id,
      hours: `${hour(slot.startAt)}–${hour(slot.endAt)}`,
      when: span(slot.startAt, slot.endAt, now),
      teacher: slot.teacherName,
      how: howOf(slot),
    })
    days.set(key, group)
  }
  return [...days.values()]
}

/** What the phone's own calendar keeps, with a reminder half an hour before. */
export function calendarEntry(call: MyCall) {
  const seconds = (instant: string) => Math.floor(new Date(instant).getTime() / 1000)
  return {
    title: `和${call.teacherName}${call.way === 'phone' ? '通话' : '面谈'}`,
    description: `关于${call.studentName}，想聊：${call.topic}`,
    startTime: seconds(call.startAt),
    endTime: String(seconds(call.endAt)),
    alarm: true,
    alarmOffset: 1800,
  }
}
