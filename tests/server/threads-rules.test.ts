import { describe, expect, it } from 'vitest'
import { readDangerWords, readHolidays } from '../../content/schema.ts'
import { dayOf } from '../../server/modules/hotlines/hours/rules.ts'
import { keeperWords, signedBy } from '../../server/modules/letters/threads/desks/rules.ts'
import {
  isServiceTime,
  serviceWords,
  USUAL,
  waitedSince,
  whenServed,
} from '../../server/modules/letters/threads/hours/rules.ts'
import {
  markOf,
  nextWord,
  previewOf,
  readMark,
  repliesOf,
  speaksOfDanger,
  standing,
} from '../../server/modules/letters/threads/rules.ts'

const at = (text: string) => new Date(`${text}:00+08:00`)
const holidays = readHolidays()
const isWorkday = (day: string) => dayOf(day, holidays).isWorkday

describe('the hours of service', () => {
  it('are those of working days, holidays and the days worked for them counted in', () => {
    expect(isServiceTime(USUAL, at('2026-11-24T08:00'), isWorkday)).toBe(true)
    expect(isServiceTime(USUAL, at('2026-11-24T17:30'), isWorkday)).toBe(false)
    expect(isServiceTime(USUAL, at('2026-11-22T10:00'), isWorkday)).toBe(false)
    expect(isServiceTime(USUAL, at('2026-10-01T10:00'), isWorkday)).toBe(false)
    // A Saturday that is worked for the Spring Festival.
    expect(isServiceTime(USUAL, at('2026-02-28T10:00'), isWorkday)).toBe(true)
  })

  it.each([
    ['in them', '2026-11-24T10:00', '2026-11-24T10:00'],
    ['before them', '2026-11-24T06:30', '2026-11-24T08:00'],
    ['after them', '2026-11-24T20:00', '2026-11-25T08:00'],
    ['on a Friday evening', '2026-11-27T18:00', '2026-11-30T08:00'],
  ])('say when teachers are there, %s', (_, now, then) => {
    expect(whenServed(USUAL, at(now), isWorkday)).toEqual(at(then))
  })

  it.each([
    ['two days ago at this hour', '2026-11-26T10:00', '2026-11-24T10:00'],
    ['over a weekend', '2026-11-24T10:00', '2026-11-20T10:00'],
    ['on a Saturday nobody is late of Thursday', '2026-11-28T10:00', '2026-11-26T00:00'],
  ])('count what waited longer than two working days, %s', (_, now, then) => {
    expect(waitedSince(at(now), 2, isWorkday)).toEqual(at(then))
  })

  it('are said as people say them', () => {
    expect(serviceWords(USUAL)).toBe('老师一般在工作日8:00–17:30回复，急事请打求助热线')
  })
})

it('sends replies to who knows the child, unless the author says otherwise', () => {
  expect(repliesOf({ kind: 'letter' }, 'district')).toBe('classTeacher')
  expect(repliesOf({ kind: 'letter' }, 'school')).toBe('classTeacher')
  expect(repliesOf({ kind: 'notice' }, 'school')).toBe('author')
  expect(repliesOf({ kind: 'letter' }, 'class')).toBe('author')
  expect(repliesOf({ kind: 'letter', replies: 'none' }, 'school')).toBe('none')
})

describe('danger', () => {
  const words = readDangerWords()

  it.each([
    '孩子说不想活了',
    '他昨晚说 “不 想 活”',
    '她手上有伤，我怀疑自残',
    '孩子不见了，怎么办',
    '在学校被 欺 凌 了',
  ])('is heard in “%s”', (text) => {
    expect(speaksOfDanger(text, words)).toBe(true)
  })

  it.each([
    '作业太多，孩子累死了',
    '过去死记硬背的办法不行了',
    '明天请假一天',
    '找不到孩子的校服了',
    '活动安排得很好',
  ])('is not heard in “%s”', (text) => {
    expect(speaksOfDanger(text, words)).toBe(false)
  })
})

describe('a thread', () => {
  const family = (text: string) => ({ side: 'family' as const, at: at(text) })
  const post = (text: string) => ({ side: 'post' as const, at: at(text) })

  it('waits since the first line that nobody has answered', () => {
    const lines = [family('2026-11-23T09:00'), post('2026-11-23T10:00'), family('2026-11-23T11:00')]
    expect(standing(lines, false)).toEqual({ state: 'waiting', waitingSince: at('2026-11-23T11:00') })
    expect(standing([...lines, family('2026-11-23T12:00')], false).waitingSince).toEqual(
      at('2026-11-23T11:00'),
    )
    expect(standing(lines.slice(0, 2), false)).toEqual({ state: 'answered', waitingSince: null })
    expect(standing(lines.slice(0, 2), true)).toEqual({ state: 'done', waitingSince: null })
    expect(standing([], false)).toEqual({ state: 'answered', waitingSince: null })
  })

  it('is told of once in ten minutes, and of what comes meanwhile when they are over', () => {
    const now = at('2026-11-23T10:00')
    expect(nextWord(null, now)).toEqual(now)
    expect(nextWord(at('2026-11-23T09:40'), now)).toEqual(now)
    expect(nextWord(at('2026-11-23T09:57'), now)).toEqual(at('2026-11-23T10:07'))
    expect(nextWord(at('2026-11-23T10:07'), now)).toBeNull()
  })

  it('says who has it: the deputy while there is one, nobody by name where there are many', () => {
    const one = { name: '李文', isDeputy: false }
    expect(keeperWords('class_teacher', [one])).toBe('班主任 李文老师')
    expect(keeperWords('class_teacher', [one, { name: '王芳', isDeputy: true }])).toBe(
      '班主任（代） 王芳老师',
    )
    expect(keeperWords('counsellor', [one, { name: '赵静', isDeputy: false }])).toBe('心理教师')
    expect(keeperWords('class_teacher', [])).toBe('班主任（暂时没有人）')
    expect(signedBy('principal', '王校长')).toBe('校长 王校长')
  })

  it('is previewed by its first words', () => {
    expect(previewOf('第一行\n第二行', [])).toBe('第一行 第二行')
    expect(previewOf('', [{ kind: 'image' }])).toBe('〔图片〕')
    expect(previewOf('字'.repeat(50), [])).toBe(`${'字'.repeat(40)}…`)
  })

  it('marks where a page ends, and takes no other mark', () => {
    const id = 'a'.repeat(24)
    expect(readMark(markOf(at('2026-11-23T10:00'), id, true))).toEqual({
      at: at('2026-11-23T10:00'),
      id,
      isUrgent: true,
    })
    expect(readMark('x~y~1')).toBeNull()
  })
})
