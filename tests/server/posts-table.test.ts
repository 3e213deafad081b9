import { expect, it } from 'vitest'
import { POST_WORDS, postKind } from '#contract/posts'
import { actionsOf, objectionTo, postsToGive, standsAbove } from '../../server/modules/org/rules.ts'

it('lets each post do what the office agreed, and no more', () => {
  const table = Object.fromEntries(postKind.options.map((it) => [it, actionsOf(it).sort().join(' ')]))
  expect(table.principal).toBe([...actionsOf('school_admin'), 'approveExports'].sort().join(' '))
  expect(table).toMatchObject({
    teacher: 'look offerCalls',
    mentor: 'look offerCalls',
    counsellor: 'look',
    lecturer: 'editCourses look',
    inspector: 'look seeFigures',
    auditor: 'seeAudit',
  })
})

it('shows names of families to nobody who only counts, teaches courses or reads the log', () => {
  const seeing = postKind.options.filter((it) => actionsOf(it).includes('seeFamilies'))
  expect(seeing).toEqual(['district_admin', 'principal', 'school_admin', 'grade_head', 'class_teacher'])
})

it('gives no post by an equal, and none in a circle', () => {
  for (const post of postKind.options) {
    expect([post, standsAbove(post, post)]).toEqual([post, false])
    for (const other of postKind.options) {
      expect([post, other, standsAbove(post, other) && standsAbove(other, post)]).toEqual([
        post,
        other,
        false,
      ])
    }
  }
})

it('lets oversight be given by the district or the city only', () => {
  for (const post of ['inspector', 'auditor'] as const) {
    expect(objectionTo(post, 'school', 'principal')).toBe('只能安排比自己低的岗位')
    expect(objectionTo(post, 'school', 'district_admin')).toBeNull()
    expect(objectionTo(post, 'class', 'district_admin')).toBe('这个单位没有这种岗位')
  }
  expect(postsToGive('class', ['inspector', 'auditor', 'lecturer'])).toEqual([])
})

it('has a word for every post, and one word for each', () => {
  const words = Object.values(POST_WORDS)
  expect(new Set(words).size).toBe(words.length)
  expect(POST_WORDS).toMatchObject({ teacher: '任课教师', principal: '校长(哨长)', auditor: '审计员' })
})
