import { describe, expect, it } from 'vitest'
import type { Unit } from '#contract/org'
import { topmost } from '../../admin-web/src/components/topmost'
import { crumbs } from '../../admin-web/src/layout/crumbs'
import { landing } from '../../admin-web/src/layout/landing'
import { gate, keepUnit, wayBack } from '../../admin-web/src/session/guard'
import { homeUnit } from '../../admin-web/src/session/posts'

const unit = (id: string, parentId: string | null, kind: Unit['kind'] = 'class'): Unit => ({
  id,
  parentId,
  kind,
  name: id,
  fullName: id,
  studentCount: 1,
})

describe('the gate', () => {
  it('sends who has not signed in to the sign-in page, with the way back', () => {
    expect(gate({ fullPath: '/staff?unitId=a', meta: {} }, false)).toEqual({
      name: 'sign-in',
      query: { then: '/staff?unitId=a' },
    })
  })

  it('lets everybody open what is public, and the signed-in everything', () => {
    expect(gate({ fullPath: '/sign-in', meta: { isPublic: true } }, false)).toBeNull()
    expect(gate({ fullPath: '/staff', meta: {} }, true)).toBeNull()
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    undefined,
    ['/a'],
  ])('does not go back to %s', (then) => {
    expect(wayBack(then)).toBe('/')
  })

  it('goes back to an address of our own', () => {
    expect(wayBack('/letters?unitId=a#b')).toBe('/letters?unitId=a#b')
  })
})

describe('the unit in the address', () => {
  const to = (query: Record<string, string>) => ({
    path: '/staff',
    fullPath: '/staff',
    query,
    meta: {},
    hash: '#x',
  })

  it('goes along from page to page', () => {
    expect(keepUnit(to({ tab: 'b' }), { query: { unitId: 'a' } })).toEqual({
      path: '/staff',
      query: { tab: 'b', unitId: 'a' },
      hash: '#x',
    })
  })

  it('gives way to the one a link names', () => {
    expect(keepUnit(to({ unitId: 'b' }), { query: { unitId: 'a' } })).toBeNull()
  })
})

describe('landing', () => {
  const me = {
    posts: [
      { post: 'class_teacher' as const, unitId: 'class', unitKind: 'class' as const, unitName: '2班' },
      { post: 'school_admin' as const, unitId: 'school', unitKind: 'school' as const, unitName: '实验中学' },
    ],
  }
  const here = (name: string, query = {}) => ({
    name,
    path: `/${name}`,
    fullPath: `/${name}`,
    hash: '',
    query,
  })

  it('opens the first room on the unit of the widest post', () => {
    expect(homeUnit(me)).toBe('school')
    expect(landing(here('home'), me, [{ to: 'dashboard' }, { to: 'staff' }])).toEqual({
      name: 'dashboard',
      query: { unitId: 'school' },
    })
  })

  it('completes an address without a unit and leaves a complete one alone', () => {
    expect(landing(here('staff'), me, [])).toEqual({ path: '/staff', hash: '', query: { unitId: 'school' } })
    expect(landing(here('staff', { unitId: 'class' }), me, [])).toBeNull()
  })

  it('sends who came with a first password to set their own, before the six digits', () => {
    const first = { ...me, mustChangePassword: true, mustSetUpTotp: true }
    expect(landing(here('staff'), first, [])).toMatchObject({ name: 'own-password' })
  })

  it('leaves a person without any post where they are', () => {
    expect(landing(here('home'), { posts: [] }, [{ to: 'staff' }])).toBeNull()
  })
})

describe('the line of units', () => {
  const above = [unit('city', null, 'city'), unit('district', 'city', 'district')]
  const school = unit('school', 'district', 'school')

  it('leads nowhere above the post one holds', () => {
    const line = crumbs(unit('class', 'school'), [...above, school], [{ unitId: 'school' }])
    expect(line.map((it) => it.isReachable)).toEqual([false, false, true, true])
  })

  it('leads nowhere at all in a unit that is not ours', () => {
    expect(crumbs(school, above, [{ unitId: 'elsewhere' }]).some((it) => it.isReachable)).toBe(false)
  })
})

describe('an audience', () => {
  it('names a whole school once instead of every class in it', () => {
    const ticked = [unit('school', 'district'), unit('grade', 'school'), unit('class', 'grade')]
    expect(topmost(ticked)).toEqual(['school'])
  })

  it('keeps classes whose grade is not ticked as a whole', () => {
    expect(topmost([unit('class1', 'grade'), unit('class2', 'grade')])).toEqual(['class1', 'class2'])
  })
})
