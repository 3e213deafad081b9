import { describe, expect, it } from 'vitest'
import type { MyPost } from '#contract/accounts'
import type { PostKind, UnitKind } from '#contract/org'
import {
  appointingAt,
  asSaid,
  type Draft,
  isBelow,
  postAfter,
  postsToGive,
  problemWith,
} from '../../admin-web/src/pages/staff/appointment'

const draft = (over: Partial<Draft> = {}): Draft => ({
  name: '李文',
  phone: '13700000002',
  loginName: '',
  ...over,
})
const held = (post: PostKind, unitId: string): MyPost => ({
  post,
  unitId,
  unitKind: 'school',
  unitName: '实验中学',
})

describe('the posts that are offered', () => {
  it.each<[UnitKind, PostKind, PostKind[]]>([
    ['city', 'city_admin', []],
    ['district', 'city_admin', ['district_admin']],
    ['school', 'city_admin', ['school_admin', 'teacher']],
    ['district', 'district_admin', []],
    ['school', 'district_admin', ['school_admin', 'teacher']],
    ['school', 'school_admin', ['teacher']],
    ['grade', 'school_admin', ['grade_head', 'teacher']],
    ['class', 'school_admin', ['class_teacher', 'teacher']],
  ])('at a %s by a %s', (kind, mine, posts) => {
    expect(postsToGive(kind, [mine])).toEqual(posts)
  })

  it('count from the highest of several posts', () => {
    expect(isBelow('school_admin', ['school_admin', 'district_admin'])).toBe(true)
    expect(isBelow('school_admin', ['school_admin'])).toBe(false)
    expect(isBelow('teacher', [])).toBe(false)
  })

  it('come from posts on the way down to the unit, and only from those of administrators', () => {
    const posts = [
      held('school_admin', 'here'),
      held('district_admin', 'elsewhere'),
      held('grade_head', 'class'),
    ]
    expect(appointingAt(posts, [{ id: 'city' }, { id: 'here' }, { id: 'class' }])).toEqual(['school_admin'])
    expect(appointingAt(posts, [{ id: 'city' }])).toEqual([])
  })

  it('keep the choice where it fits, and choose the only one', () => {
    expect(postAfter(['grade_head', 'teacher'], 'teacher')).toBe('teacher')
    expect(postAfter(['teacher'], 'grade_head')).toBe('teacher')
    expect(postAfter(['class_teacher', 'teacher'], 'grade_head')).toBeUndefined()
    expect(postAfter([], 'teacher')).toBeUndefined()
  })
})

describe('what is typed', () => {
  it('may be a number with blanks and dashes, and no account', () => {
    expect(asSaid(draft({ name: ' 李文 ', phone: '137 0000-0002', loginName: ' ' }))).toEqual({
      name: '李文',
      phone: '13700000002',
      loginName: undefined,
    })
  })

  it.each<[keyof Draft, Partial<Draft>, string | null]>([
    ['name', {}, null],
    ['name', { name: ' ' }, '请填写姓名'],
    ['phone', { phone: '137 0000 0002' }, null],
    ['phone', { phone: '' }, '手机号应为11位数字'],
    ['phone', { phone: '1370000000' }, '手机号应为11位数字'],
    ['phone', { phone: '23700000002' }, '手机号应为11位数字'],
    ['loginName', {}, null],
    ['loginName', { loginName: 'li.wen_2' }, null],
    ['loginName', { loginName: '李文' }, '账号用2到40位字母、数字、点或横线'],
  ])('is told about under %s: %o', (field, over, problem) => {
    expect(problemWith(field, draft(over))).toBe(problem)
  })
})
