import { expect, it } from 'vitest'
import type { FreeSlot, MyCall, TeacherSlot } from '../../miniprogram/contract.ts'
import {
  calendarEntry,
  comingCalls,
  freeDays,
  pastCalls,
} from '../../miniprogram/pages/calls/family/present.ts'
import { presentSlots } from '../../miniprogram/pages/calls/teacher/present.ts'
import { choose, sayTogether } from '../../miniprogram/pages/calls/words-sheet/words.ts'
import { dayChips, placesOf, previewOf, timesOf } from '../../miniprogram/packages/teacher/slots/plan.ts'
import { child } from '../support/phone.ts'

const now = new Date('2026-11-23T02:00:00Z') // 10:00 on a Monday in China

const slot = (id: string, startAt: string, change: object = {}): FreeSlot => ({
  id: id.repeat(24),
  startAt,
  endAt: new Date(new Date(startAt).getTime() + 15 * 60_000).toISOString(),
  way: 'phone',
  teacherName: '李老师',
  ...change,
})
const booked = (id: string, startAt: string, change: object = {}): MyCall => ({
  ...slot(id, startAt),
  studentId: '1'.repeat(24),
  studentName: '张三',
  topic: '学习',
  status: 'booked',
  cancelledBy: null,
  reason: null,
  abilities: { cancel: true },
  ...change,
})
const offered = (id: string, startAt: string, topic: string | null = null): TeacherSlot => ({
  ...slot(id, startAt),
  unitName: '七年级2班',
  status: topic ? 'booked' : 'open',
  booking: topic
    ? {
        studentName: '张三',
        className: '七年级2班',
        guardianName: '刘洋',
        relation: '妈妈',
        topic,
        bookedAt: '2026-11-22T02:00:00Z',
      }
    : null,
})
const plan = { from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5 }

it('shows the next call first, of every child, and names the child when there are several', () => {
  const calls = [
    booked('2', '2026-11-26T08:00:00Z', { studentId: '9'.repeat(24), studentName: '张小满' }),
    booked('1', '2026-11-25T08:00:00Z'),
    booked('3', '2026-11-20T08:00:00Z', { status: 'past' }),
  ]

  const coming = comingCalls(calls, [child('1', '张三'), child('9', '张小满')], now)

  expect(coming.map((it) => [it.child, it.when])).toEqual([
    ['张三', '11月25日(周三) 16:00–16:15'],
    ['张小满', '11月26日(周四) 16:00–16:15'],
  ])
  expect(coming[0]).toMatchObject({ near: '后天', how: '到时候李老师会打电话给您' })
  expect(comingCalls(calls, [child('1', '张三')], now)[0]?.child).toBe('')
})

it('says who cancelled and why, and keeps apart what was booked twice', () => {
  const at = '2026-11-20T08:00:00Z'
  const past = pastCalls(
    [
      booked('1', at, { status: 'past' }),
      booked('1', at, { status: 'cancelled', cancelledBy: 'teacher', reason: '临时开会' }),
      booked('1', at, { status: 'cancelled', cancelledBy: 'guardian', reason: '临时有事' }),
      booked('2', at, { status: 'past', studentId: '9'.repeat(24) }),
    ],
    '1'.repeat(24),
    now,
  )

  expect(past.map((it) => [it.status, it.note])).toEqual([
    ['已结束', ''],
    ['已取消', '李老师取消：临时开会'],
    ['已取消', '您取消：临时有事'],
  ])
  expect(new Set(past.map((it) => it.key)).size).toBe(3)
})

it('groups free times by day, and by teacher and way within a day', () => {
  const days = freeDays(
    [
      slot('1', '2026-11-23T08:00:00Z'),
      slot('2', '2026-11-23T08:20:00Z'),
      slot('3', '2026-11-23T08:20:00Z', { teacherName: '王老师', way: 'visit' }),
      slot('4', '2026-11-27T16:00:00Z'),
    ],
    now,
  )

  expect(days.map((it) => [it.title, it.note, it.times.map((time) => time.hours)])).toEqual([
    ['今天', '李老师 · 打电话', ['16:00–16:15', '16:20–16:35']],
    ['今天', '王老师 · 到校面谈', ['16:20–16:35']],
    ['11月28日(周六)', '李老师 · 打电话', ['00:00–00:15']],
  ])
})

it('gives the calendar seconds and a reminder', () => {
  expect(calendarEntry(booked('1', '2026-11-25T08:00:00Z'))).toEqual({
    title: '和李老师通话',
    description: '关于张三，想聊：学习',
    startTime: 1795593600,
    endTime: '1795594500',
    alarm: true,
    alarmOffset: 1800,
  })
})

it('sorts a teacher’s slots into today, later and open, and forgets open ones that have begun', () => {
  const shown = presentSlots(
    [
      offered('1', '2026-11-23T01:00:00Z', '作息'),
      offered('2', '2026-11-23T01:30:00Z'),
      offered('3', '2026-11-23T08:00:00Z', '学习'),
      offered('4', '2026-11-23T08:20:00Z'),
      offered('5', '2026-11-25T08:00:00Z', '情绪'),
    ],
    now,
  )

  expect(shown.today.map((it) => [it.hours, it.who, it.isOver, it.canCancel])).toEqual([
    ['09:00–09:15', '张三妈妈', true, false],
    ['16:00–16:15', '张三妈妈', false, true],
  ])
  expect(shown.later.map((it) => [it.title, it.calls.length])).toEqual([['后天', 1]])
  expect(shown.open.map((it) => [it.title, it.slots.map((one) => one.hours)])).toEqual([
    ['今天', ['16:20–16:35']],
  ])
  expect(shown.openCount).toBe(1)
})

it('fits exactly six times of 15 and 5 minutes between 16:00 and 18:00, as the server does', () => {
  expect(timesOf(plan)).toEqual([
    '16:00–16:15',
    '16:20–16:35',
    '16:40–16:55',
    '17:00–17:15',
    '17:20–17:35',
    '17:40–17:55',
  ])
})

it.each([
  [[], plan, '请选择日期', ''],
  [['2026-11-23'], plan, '', '将开放6个时段'],
  [['2026-11-24', '2026-11-25'], plan, '', '将开放12个时段：2天，每天6个'],
  [['2026-11-24'], { ...plan, until: '15:00' }, '结束时间要晚于开始时间', ''],
  [['2026-11-24'], { ...plan, until: '16:10' }, '这段时间排不下一次通话，请放宽起止时间', ''],
  [['2026-11-23'], { ...plan, from: '09:00' }, '今天09:00已经过了，请改时间，或不选今天', '将开放27个时段'],
])('says before the button is pressed what %j would open', (days, laidOut, problem, text) => {
  expect(previewOf(days, laidOut, now)).toMatchObject({ problem, text })
})

it('offers two weeks, school days before weekends, the month where a new one begins', () => {
  const { schoolDays, weekends, range } = dayChips(['2026-11-24'], now)

  expect(schoolDays.map((it) => `${it.weekday} ${it.date}`)).toEqual([
    '今天 23日',
    '周二 24日',
    '周三 25日',
    '周四 26日',
    '周五 27日',
    '周一 30日',
    '周二 12月1日',
    '周三 2日',
    '周四 3日',
    '周五 4日',
  ])
  expect(weekends.map((it) => it.date)).toEqual(['28日', '29日', '12月5日', '6日'])
  expect(range).toBe('11月23日到12月6日')
  expect(schoolDays.filter((it) => it.isOn).map((it) => it.day)).toEqual(['2026-11-24'])
})

it('names each place once, and none above a school', () => {
  const post = (unitKind: string, unitId: string) => ({ post: 'teacher', unitKind, unitId, unitName: unitId })
  const posts = [post('class', 'a'), post('class', 'a'), post('district', 'b'), post('school', 'c')]
  expect(placesOf(posts as never).map((it) => it.unitId)).toEqual(['a', 'c'])
})

it('joins offered words and one’s own into one line', () => {
  expect(sayTogether(['学习', '作息'], ' 最近睡得晚 ')).toBe('学习、作息，最近睡得晚')
  expect(sayTogether([], '  ')).toBe('')
  expect(choose(['学习'], '作息', true)).toEqual(['学习', '作息'])
  expect(choose(['学习'], '作息', false)).toEqual(['作息'])
  expect(choose(['学习'], '学习', false)).toEqual([])
})
