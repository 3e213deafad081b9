import { describe, expect, it } from 'vitest'
import { readCalendarNodes, readHolidays, readHotlines, readLetterTemplates } from '../../content/schema.ts'
import { faultsOf, lengthOf } from './proofreading.ts'

const templates = readLetterTemplates()
const hotlines = readHotlines()

describe('the letters', () => {
  it('are ready for the nodes at which every family gets one', () => {
    expect(templates.length).toBeGreaterThanOrEqual(4)
    expect(new Set(templates.map(({ node }) => node))).toEqual(
      new Set(['term-start', 'before-exam', 'before-holiday', 'any-day']),
    )
  })

  it('say all that matters before term in one sitting', () => {
    const letter = templates.find(({ code }) => code === 'term-start-grade7')
    expect(lengthOf(letter?.body ?? '')).toBeGreaterThanOrEqual(500)
    expect(lengthOf(letter?.body ?? '')).toBeLessThanOrEqual(900)
    expect(letter?.confirmation).toBe('sign')
    for (const number of ['12355', '12356', '110', '120']) expect(letter?.body).toContain(number)
  })

  it.each(templates)(
    '“$title” says what is signed or confirmed, and leaves only known blanks',
    (template) => {
      const known = ['孩子', '称呼', '班级', '学校', '班主任', '日期']
      expect(template.blanks.filter(({ name }) => !known.includes(name))).toEqual([])
      expect(template.pledge.length > 0).toBe(template.confirmation !== 'read')
    },
  )
})

describe('help lines and calendar', () => {
  it('give every city the national lines and no number twice', () => {
    const numbers = (wanted: string[]) =>
      hotlines
        .filter(({ code }) => wanted.includes(code))
        .flatMap(({ lines }) => lines.map(({ number }) => number))
    for (const { code, includes } of hotlines) {
      const shown = numbers([code, ...includes])
      expect(shown).toEqual(expect.arrayContaining(['12355', '12356', '110', '120']))
      expect(new Set(shown).size).toBe(shown.length)
    }
  })

  it('keep every holiday inside its year and working days outside holidays', () => {
    for (const { year, holidays, status } of readHolidays()) {
      const days = holidays.flatMap(({ from, to, workdays }) => [from, to, ...workdays])
      expect(days.filter((day) => !day.startsWith(`${year}-`) || Number.isNaN(Date.parse(day)))).toEqual([])
      const inside = holidays.flatMap(({ workdays }) =>
        workdays.filter((day) => holidays.some(({ from, to }) => day >= from && day <= to)),
      )
      expect(inside).toEqual([])
      if (status === 'statutory') expect(holidays.flatMap(({ workdays }) => workdays)).toEqual([])
    }
  })

  it('point from calendar nodes to letters that exist', () => {
    const codes = templates.map(({ code }) => code)
    const broken = readCalendarNodes().filter(({ letter }) => letter && !codes.includes(letter))
    expect(broken).toEqual([])
  })
})

describe('every text of letters, help lines and calendar', () => {
  const texts = [
    ...templates.flatMap(({ code, title, summary, pledge, body }) =>
      [title, summary, pledge, body].map((text) => [code, text] as const),
    ),
    ...hotlines.flatMap(({ code, lines }) =>
      lines.flatMap(({ name, hours, about }) => [name, hours, about].map((text) => [code, text] as const)),
    ),
    ...readCalendarNodes().map(({ code, about }) => [code, about] as const),
    ...readHolidays().map(({ year, note }) => [String(year), note] as const),
  ]

  it('reads as a native editor would let it pass', () => {
    expect(texts.flatMap(([where, text]) => faultsOf(text).map((fault) => `${where}：${fault}`))).toEqual([])
  })
})
