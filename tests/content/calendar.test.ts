import { describe, expect, it } from 'vitest'
import { datesOf } from '../../content/dates.ts'
import type { CalendarNode } from '../../content/schema.ts'
import { readCalendarNodes, readHolidays, readLetterTemplates } from '../../content/schema.ts'
import { faultsOf } from './proofreading.ts'

const nodes = readCalendarNodes()
const holidays = readHolidays()
const templates = readLetterTemplates()

const node = (code: string): CalendarNode => {
  const found = nodes.find((it) => it.code === code)
  if (!found) throw new Error(`no node ${code}`)
  return found
}

describe('the nodes of the year', () => {
  it.each([
    'autumn-start',
    'autumn-contact',
    'autumn-resources',
    'autumn-final',
    'winter-holiday',
    'spring-start',
    'spring-final',
    'summer-holiday',
    'senior-entrance',
    'senior-entrance-results',
    'college-entrance',
    'college-entrance-results',
    'heart-day',
    'mental-health-day',
    'national-day',
    'publicity-months',
  ])('have %s, with somebody in charge and a letter', (code) => {
    const { inCharge, letters } = node(code)
    expect(inCharge).not.toBe('')
    expect(Object.keys(letters).length).toBeGreaterThan(0)
  })

  it('offer each stage letters that exist and are written for it', () => {
    const wrong = nodes.flatMap(({ code, letters }) =>
      Object.entries(letters).flatMap(([stage, codes]) =>
        codes
          .filter((it) => !templates.find((t) => t.code === it)?.stages.some((its) => its === stage))
          .map((it) => `${code}: ${it} for ${stage}`),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('never offer a letter about one child to a school', () => {
    const care = templates.filter(({ isForOneFamily }) => isForOneFamily).map(({ code }) => code)
    const offered = nodes.flatMap(({ letters }) => Object.values(letters).flat())
    expect(offered.filter((code) => care.includes(code))).toEqual([])
  })

  it('offer every letter of the year somewhere', () => {
    const offered = nodes.flatMap(({ letters }): string[] => Object.values(letters).flat())
    const yearly = ['term-start', 'exam', 'entrance', 'holiday', 'wellbeing', 'contact']
    const left = templates.filter((it) => yearly.includes(it.occasion) && !offered.includes(it.code))
    expect(left.map(({ code }) => code)).toEqual([])
  })

  it('have codes of their own, and read as a native editor would let them pass', () => {
    expect(new Set(nodes.map(({ code }) => code)).size).toBe(nodes.length)
    const texts = nodes.flatMap(({ title, about, rule }) => [
      title,
      about,
      rule.kind === 'notice' ? rule.by : '',
    ])
    expect(texts.flatMap(faultsOf)).toEqual([])
  })

  it('begin before they end, and are announced only with a source', () => {
    for (const it of nodes) {
      const { from, to, draftOn } = datesOf(it, 2028, holidays)
      expect([from <= to, draftOn < from, Number.isNaN(Date.parse(from))], it.code).toEqual([
        true,
        true,
        false,
      ])
    }
    const noted = nodes.flatMap(({ announced }) => announced ?? [])
    expect(noted.filter(({ year, from, to }) => !from.startsWith(`${year}-`) || to < from)).toEqual([])
  })
})

describe('a date', () => {
  it.each([
    ['mental-health-day', 2027, '2027-10-10', '2027-10-10'],
    ['heart-day', 2027, '2027-05-25', '2027-05-25'],
    ['publicity-months', 2027, '2027-05-01', '2027-06-30'],
    ['safety-day', 2026, '2026-03-30', '2026-03-30'],
    ['safety-day', 2027, '2027-03-29', '2027-03-29'],
    ['family-education-week', 2026, '2026-05-11', '2026-05-17'],
    ['family-education-week', 2027, '2027-05-10', '2027-05-16'],
  ])('%s of %i follows from its rule', (code, year, from, to) => {
    expect(datesOf(node(code), year, holidays)).toMatchObject({ from, to, status: 'fixed', waitFor: null })
  })

  it('counts nth weekdays from the front as well', () => {
    const second = {
      ...node('safety-day'),
      rule: { kind: 'nth-weekday', month: 5, nth: 2, weekday: 7 } as const,
    }
    expect(datesOf(second, 2027, holidays).from).toBe('2027-05-09')
  })

  it('of a holiday is announced with the year’s notice and proposed without it', () => {
    const national = node('national-day')
    expect(datesOf(national, 2026, holidays)).toMatchObject({
      from: '2026-10-01',
      to: '2026-10-07',
      status: 'announced',
      draftOn: '2026-09-21',
    })
    expect(datesOf(national, 2027, holidays)).toMatchObject({
      status: 'proposed',
      waitFor: '国务院办公厅放假通知',
    })
    expect(datesOf(national, 2030, holidays)).toMatchObject({ from: '2030-10-01', status: 'proposed' })
  })

  it('that only a notice can say is proposed until the notice is entered', () => {
    const exam = node('college-entrance')
    expect(datesOf(exam, 2027, holidays)).toMatchObject({
      from: '2027-06-07',
      status: 'proposed',
      waitFor: '教育部和省教育考试院通知',
    })
    const announced = [{ year: 2027, from: '2027-06-07', to: '2027-06-09', source: '省教育考试院通知' }]
    expect(datesOf({ ...exam, announced }, 2027, holidays)).toMatchObject({
      to: '2027-06-09',
      status: 'announced',
      waitFor: null,
      draftOn: '2027-05-24',
    })
    expect(datesOf({ ...exam, announced }, 2028, holidays).status).toBe('proposed')
  })

  it('of 2027 is asserted only where no notice is needed', () => {
    const asserted = nodes.filter((it) => datesOf(it, 2027, holidays).status !== 'proposed' && !it.announced)
    const byNotice = asserted.filter(({ rule }) => rule.kind === 'notice' || rule.kind === 'holiday')
    expect(byNotice.map(({ code }) => code)).toEqual([])
  })
})

describe('holidays', () => {
  it('stay inside their year, with working days outside them', () => {
    for (const { year, holidays: list, status } of holidays) {
      const days = list.flatMap(({ from, to, workdays }) => [from, to, ...workdays])
      expect(days.filter((day) => !day.startsWith(`${year}-`) || Number.isNaN(Date.parse(day)))).toEqual([])
      const inside = list.flatMap(({ workdays }) =>
        workdays.filter((day) => list.some(({ from, to }) => day >= from && day <= to)),
      )
      expect(inside).toEqual([])
      if (status === 'statutory') expect(list.flatMap(({ workdays }) => workdays)).toEqual([])
    }
  })

  it('explain themselves to a native editor', () => {
    expect(holidays.flatMap(({ note }) => faultsOf(note))).toEqual([])
  })
})
