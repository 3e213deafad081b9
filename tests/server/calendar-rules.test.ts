import { describe, expect, it } from 'vitest'
import { readCalendarNodes, readHolidays, readLetterTemplates } from '../../content/schema.ts'
import {
  dueOnOf,
  isServed,
  targetsOf,
  unitsInCharge,
} from '../../server/modules/letters/calendar/drafting/rules.ts'
import { withDays } from '../../server/modules/letters/calendar/following/rules.ts'
import {
  gradesFor,
  isNextOpen,
  isOpen,
  nodesOf,
  objectionTo,
  offeredTo,
  openTo,
  type Sources,
  stateOf,
} from '../../server/modules/letters/calendar/rules.ts'

const templates = readLetterTemplates()
const templateOf = (code: string) => templates.find((it) => it.code === code)
const sources: Sources = {
  year: 2026,
  nodes: readCalendarNodes(),
  holidays: readHolidays(),
  terms: [],
  templates,
}
const found = (code: string, over: Partial<Sources> = {}) => {
  const node = nodesOf({ ...sources, ...over }).find((it) => it.code === code)
  if (!node) throw new Error(`no ${code}`)
  return node
}
const DAYS = { from: '2026-10-02', to: '2026-10-08', draftDaysBefore: 12, remindDaysBefore: 4, isOff: false }

describe('the nodes of a school year', () => {
  it('run from autumn to summer, in the order of their days', () => {
    const nodes = nodesOf(sources)
    expect(nodes).toHaveLength(24)
    expect(nodes.map((it) => it.from)).toEqual(nodes.map((it) => it.from).sort())
    expect(nodes[0]?.from).toBe('2026-08-25')
    expect(found('heart-day')).toMatchObject({ from: '2027-05-25', status: 'fixed', draftOn: '2027-05-11' })
    expect(found('national-day')).toMatchObject({
      from: '2026-10-01',
      status: 'announced',
      remindOn: '2026-09-28',
    })
    expect(nodes.every((it) => it.from >= '2026-08-01' && it.to <= '2027-08-31')).toBe(true)
  })

  it('stay proposed until a notice: the holidays of a year whose notice has not come, and what a school plans', () => {
    expect(found('national-day', { year: 2027 })).toMatchObject({
      status: 'proposed',
      waitFor: '国务院办公厅放假通知',
    })
    expect(found('autumn-midterm')).toMatchObject({ status: 'proposed', waitFor: '学校教学安排' })
  })

  it('take the days of the terms that a city has entered itself', () => {
    const terms = [
      {
        year: 2026,
        autumn: { from: '2026-08-31', to: '2027-01-29' },
        spring: { from: '2027-02-22', to: '2027-07-09' },
      },
    ]
    expect(found('autumn-start', { terms })).toMatchObject({
      from: '2026-08-31',
      status: 'announced',
      waitFor: null,
    })
    expect(found('winter-holiday', { terms })).toMatchObject({ from: '2027-01-30', to: '2027-02-21' })
    expect(found('spring-start', { terms })).toMatchObject({ from: '2027-02-22', status: 'announced' })
    expect(found('summer-holiday', { terms })).toMatchObject({ from: '2027-07-10', to: '2027-08-31' })
    expect(found('autumn-start').status).toBe('proposed')
  })

  it('are moved by the city, and by a school for itself, and remember where they came from', () => {
    const city = { changes: { 'national-day': DAYS } }
    expect(found('national-day', { city })).toMatchObject({
      from: '2026-10-02',
      status: 'confirmed',
      changedBy: 'city',
      usual: { from: '2026-10-01', to: '2026-10-07' },
      draftOn: '2026-09-20',
      remindOn: '2026-09-28',
    })
    const school = { changes: { 'national-day': { ...DAYS, from: '2026-10-03' } } }
    expect(found('national-day', { city, school })).toMatchObject({
      from: '2026-10-03',
      changedBy: 'school',
      usual: { from: '2026-10-01', to: '2026-10-07' },
    })
  })

  it('are confirmed where they stand, and what the law fixes stays fixed', () => {
    const here = (code: string) => {
      const { from, to } = found(code)
      return found(code, { city: { changes: { [code]: { ...DAYS, from, to } } } })
    }
    expect(here('autumn-midterm')).toMatchObject({ status: 'confirmed', waitFor: null, usual: null })
    expect(here('mental-health-day').status).toBe('fixed')
  })

  it('stay off for the schools of a city that has switched them off', () => {
    const city = { changes: { 'national-day': { ...DAYS, isOff: true } } }
    const school = { changes: { 'national-day': DAYS } }
    expect(found('national-day', { city, school }).isOff).toBe(true)
  })

  it('are added with letters for each stage the templates are written for', () => {
    const added = {
      'own-river': {
        ...{ code: 'own-river', title: '防汛', about: '', inCharge: 'class_teacher' as const },
        ...{ from: '2027-06-01', to: '2027-06-01', draftDaysBefore: 7, remindDaysBefore: 2 },
        templates: ['notice', 'term-start-grade1'],
      },
    }
    const node = found('own-river', { city: { added } })
    expect(node).toMatchObject({ status: 'confirmed', addedBy: 'city' })
    expect(node.letters.小学).toEqual(['notice', 'term-start-grade1'])
    expect(node.letters.初中).toEqual(['notice'])
  })

  it('are open from the day of drafting until two weeks in, and no longer than they last', () => {
    const node = found('national-day')
    expect(isOpen(node, '2026-09-20')).toBe(false)
    expect(isOpen(node, '2026-09-21')).toBe(true)
    expect(isOpen(node, '2026-10-07')).toBe(true)
    expect(isOpen(node, '2026-10-08')).toBe(false)
    expect(openTo(found('publicity-months'))).toBe('2027-05-15')
    expect(isOpen({ ...node, isOff: true }, '2026-09-25')).toBe(false)
  })

  it('of next year are shown from half a year before', () => {
    expect(isNextOpen('2027-02-28', 2026)).toBe(false)
    expect(isNextOpen('2027-03-01', 2026)).toBe(true)
  })

  it('stay inside their school year', () => {
    expect(objectionTo(DAYS, 2026)).toBeNull()
    expect(objectionTo({ ...DAYS, to: '2026-10-01' }, 2026)).toContain('不能早于')
    expect(objectionTo({ ...DAYS, from: '2026-07-31' }, 2026)).toContain('2026学年')
    expect(objectionTo({ ...DAYS, remindDaysBefore: 12 }, 2026)).toContain('提醒')
  })
})

describe('what a node offers', () => {
  it('is the letter of that very grade before the general one', () => {
    const start = found('autumn-start')
    expect(offeredTo(start, 7, templateOf)).toEqual(['term-start-grade7', 'term-start'])
    expect(offeredTo(start, 8, templateOf)).toEqual(['term-start'])
    expect(offeredTo(start, -3, templateOf)).toEqual(['term-start-kindergarten'])
    // Where primary school has five grades, junior school starts in the sixth.
    expect(offeredTo(start, 6, templateOf, { isFiveFour: true })[0]).toBe('term-start-grade7')
    expect(offeredTo(start, 7, templateOf, { isFiveFour: true })).toEqual(['term-start'])
  })

  it('concerns the last grade alone where an exam ends the stage', () => {
    expect(gradesFor(found('senior-entrance'), templateOf)).toEqual([9])
    expect(gradesFor(found('college-entrance'), templateOf)).toEqual([12, 15])
    expect(gradesFor(found('autumn-midterm'), templateOf)).not.toContain(-1)
  })
})

const unit = (name: string, grade: number | null = null) => ({
  _id: name,
  path: `/c/d/s/${name}/`,
  fullName: name,
  grade,
})
const school = { ...unit('school'), path: '/c/d/s/' }

describe('the drafts of a school', () => {
  const grades = [unit('g7', 7), unit('g8', 8), unit('g9', 9)]
  const told = (code: string) =>
    targetsOf(found(code), { school, grades }, templateOf, {}).map((it) => [
      it.unit.fullName,
      it.template,
      it.audience.map((to) => to.fullName),
    ])

  it('give each family one letter of a node: the starting grade its own, the others the general one', () => {
    expect(told('autumn-start')).toEqual([
      ['school', 'term-start-grade7', ['g7']],
      ['school', 'term-start', ['g8', 'g9']],
    ])
    expect(told('mental-health-day')).toEqual([['school', 'mental-health-day', ['school']]])
  })

  it('lie with the heads of the grades where theirs is the work', () => {
    expect(told('autumn-midterm')).toEqual([
      ['g7', 'before-exam', ['g7']],
      ['g8', 'before-exam', ['g8']],
      ['g9', 'before-exam', ['g9']],
    ])
    expect(told('senior-entrance')).toEqual([['g9', 'senior-entrance-exam', ['g9']]])
  })

  it('are none where class teachers write, and none in a school without the stage', () => {
    expect(told('national-day')).toEqual([])
    expect(told('college-entrance')).toEqual([])
    const small = [unit('small', -3)]
    expect(targetsOf(found('autumn-midterm'), { school, grades: small }, templateOf, {})).toEqual([])
  })

  it('are the work of the office, the heads of grades or the class teachers', () => {
    const classes = [unit('c1', 7), unit('c2', 9)]
    const charged = (code: string) =>
      unitsInCharge(found(code), { school, grades, classes }, templateOf, {}).map((it) => it.fullName)
    expect(charged('autumn-start')).toEqual(['school'])
    expect(charged('senior-entrance')).toEqual(['g9'])
    expect(charged('national-day')).toEqual(['c1', 'c2'])
    expect(charged('college-entrance')).toEqual([])
  })

  it('are due on the day itself, late ones some days after, and those to be read never', () => {
    const node = found('national-day')
    expect(dueOnOf(node, { confirmation: 'confirm', dueDays: 3 }, '2026-09-21')).toBe('2026-10-01')
    expect(dueOnOf(node, { confirmation: 'confirm', dueDays: 3 }, '2026-10-02')).toBe('2026-10-05')
    expect(dueOnOf(node, { confirmation: 'read', dueDays: 3 }, '2026-09-21')).toBeNull()
  })
})

it.each(['来园日期', '返校日期'])(
  'a kindergarten’s letter has its day in the blank %s, also where it was begun under the old name',
  (name) => {
    const node = {
      ...found('national-day'),
      status: 'confirmed' as const,
      from: '2026-10-01',
      to: '2026-10-07',
    }
    const [blank] = withDays([{ name, value: '' }], node, templateOf('national-day-kindergarten'))
    expect(blank).toEqual({ name, value: '2026-10-08' })
  },
)

describe('how far a unit is', () => {
  it('is told by the furthest of its letters, and by its word that it sends none', () => {
    expect(stateOf([], false)).toBe('none')
    expect(stateOf(['draft'], false)).toBe('draft')
    expect(stateOf(['draft', 'scheduled'], false)).toBe('scheduled')
    expect(stateOf(['draft'], true)).toBe('dismissed')
    expect(stateOf(['draft', 'sending'], true)).toBe('sent')
    expect(stateOf(['withdrawn'], false)).toBe('none')
  })

  it('is served by a letter of its own, of one below, or from above to all of it', () => {
    const letter = (path: string, to: string, status = 'sent') => [{ path, status, audience: [{ path: to }] }]
    expect(isServed('/c/d/s/', letter('/c/d/s/g/', '/c/d/s/g/'))).toBe(true)
    expect(isServed('/c/d/s/g/', letter('/c/d/s/', '/c/d/s/'))).toBe(true)
    expect(isServed('/c/d/s/g/', letter('/c/d/s/', '/c/d/s/h/'))).toBe(false)
    expect(isServed('/c/d/s/', letter('/c/d/s/', '/c/d/s/', 'draft'))).toBe(false)
  })
})
