import { describe, expect, it } from 'vitest'
import { searchFamilies } from '#contract/families'
import { listStudents } from '#contract/org'
import { FamilyKeysModel } from '../../server/modules/org/families/search/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { catchUp } from '../../server/modules/org/families/search/jobs.ts'
import { refreshKeys } from '../../server/modules/org/families/search/service.ts'
import { keysOf, stretchesFor } from '../../server/modules/org/families/search/rules.ts'
import { buildBranch, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PHONE = '13812345678'

async function scene() {
  const branch = await buildBranch()
  const zhang = await buildStudent(branch.klass, { name: '张三', number: '20260201' })
  const other = await buildStudent(branch.klass, { name: '欧阳小明', number: '20260202' })
  await buildListedGuardian(world, zhang, PHONE)
  await catchUp(world.deps())
  const as = async (unit: 'district' | 'school' | 'grade' | 'klass') => {
    const post = {
      district: 'district_admin',
      school: 'school_admin',
      grade: 'grade_head',
      klass: 'class_teacher',
    }
    const person = await buildStaff(branch[unit], post[unit] as 'school_admin')
    const call = await world.as(person, 'staff')
    const unitId = String(branch[unit]._id)
    return (search: string) =>
      call(searchFamilies, { unitId, search }).then((it) => it.families.map((one) => one.name))
  }
  return { ...branch, zhang, other, as }
}

describe('a family is found', () => {
  it.each(['district', 'school', 'grade', 'klass'] as const)(
    'by name, pinyin, initials, number, phone and its last four digits, from the %s',
    async (unit) => {
      const find = await (await scene()).as(unit)
      for (const typed of ['张', '张三', 'z', 'zs', 'ZHANG', 'zhangsan', '20260201', PHONE, '5678']) {
        expect([typed, await find(typed)]).toEqual([typed, ['张三']])
      }
      expect(await find('oyxm')).toEqual(['欧阳小明'])
      expect(await find('202602')).toEqual(['张三', '欧阳小明'])
      for (const typed of ['三', '678', '13812345679', '.*', 'zhangsi'])
        expect([typed, await find(typed)]).toEqual([typed, []])
    },
  )

  it('in its own branch only: another city, another school does not know it', async () => {
    await scene()
    const other = await buildBranch()
    for (const [unit, post] of [
      [other.district, 'district_admin'],
      [other.school, 'school_admin'],
    ] as const) {
      const call = await world.as(await buildStaff(unit, post), 'staff')
      for (const search of ['张三', 'zs', PHONE, '5678']) {
        expect(await call(searchFamilies, { unitId: String(unit._id), search })).toEqual({
          families: [],
          hasMore: false,
        })
      }
    }
  })

  it('after a change of name, and not after leaving', async () => {
    const { zhang, as } = await scene()
    const find = await as('school')
    await StudentModel.updateOne({ _id: zhang._id }, { name: '张山', pinyin: '', initials: '' })
    await refreshKeys([zhang._id], world.deps())
    expect([await find('张三'), await find('张山')]).toEqual([[], ['张山']])
    await StudentModel.updateOne({ _id: zhang._id }, { leftAt: new Date() })
    expect(await find('张山')).toEqual([])
  })

  it('through the roster as well, page after page', async () => {
    const { school, klass } = await scene()
    for (let at = 0; at < 60; at++) await buildStudent(klass, { name: `林${at}` })
    await catchUp(world.deps())
    const call = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    const unitId = String(school._id)
    const first = await call(listStudents, { unitId, search: '林' })
    const second = await call(listStudents, { unitId, search: '林', after: first.next ?? '' })
    const ids = [...first.students, ...second.students].map((it) => it.id)
    expect([first.students.length, second.next, new Set(ids).size]).toEqual([50, null, 60])
  }, 30_000)
})

it('walks one stretch of an index, whatever is typed, and reads no collection through', async () => {
  const { as } = await scene()
  const find = await as('district')
  for (const typed of ['zs', '张', PHONE]) {
    const statements = await statementsOf(() => find(typed))
    expect(statements.filter((it) => it.plan.includes('COLLSCAN'))).toEqual([])
    expect(statements.find((it) => it.name === 'find familyKeys')?.docsExamined).toBe(1)
  }
})

it('keeps cities apart in the keys themselves', () => {
  const blind = (text: string) => Buffer.from(text).toString('base64url')
  const path = (city: string) => `/${[city, city, city, city, city].map((it) => it.repeat(24)).join('/')}/`
  const child = { name: '张三', number: '1', pinyin: 'zhangsan', initials: 'zs' }
  const [here, there] = ['a', 'b'].map((it) => keysOf({ ...child, path: path(it) }, [PHONE], blind))
  expect(here?.filter((it) => there?.includes(it))).toEqual([])
  expect(stretchesFor('', { unitIds: ['a'.repeat(24)], districtIds: [] }, blind)).toEqual([])
  expect(FamilyKeysModel.schema.indexes()).toMatchObject([[{ keys: 1 }, {}]])
})
