import { describe, expect, it } from 'vitest'
import { listHelpLines } from '#contract/hotlines'
import { listStudents, readClassByCode, readUnit } from '#contract/org'
import { addClasses, addUnit, changeUnit, closeUnit, listTerms, listUnits, saveTerms } from '#contract/tree'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { refreshKeys } from '../../server/modules/org/families/search/service.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { ensureUnit, findUnit } from '../../server/modules/org/tree/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function office() {
  const city = await ensureUnit({ kind: 'city', name: '临川市', code: 'LC', parent: null })
  const admin = await buildStaff(city, 'city_admin')
  return { city, cityId: String(city._id), call: await world.as(admin, 'staff') }
}

async function schoolOffice(over: { name?: string; campuses?: string[] } = {}) {
  const { city, cityId, call } = await office()
  const district = await call(addUnit, { unitId: cityId, name: '东湖区', code: '360101' })
  const school = await call(addUnit, {
    unitId: district.id,
    name: over.name ?? '实验学校',
    code: '3601010001',
    schoolType: 'nineYear',
    ...(over.campuses && { campuses: over.campuses }),
  })
  const record = (await findUnit(school.id)) as UnitRecord
  const head = await world.as(await buildStaff(record, 'school_admin'), 'staff')
  return { city, cityId, call, district, school, record, head }
}

describe('the tree', () => {
  it('grows from the city down, each level by those who keep it', async () => {
    const { call, cityId, school, head } = await schoolOffice()

    const made = await head(addClasses, { unitId: school.id, grade: 7, schoolYear: 2026, count: 3 })
    const { children: grades, unit, grades: choices } = await head(listUnits, { unitId: school.id })
    const { children: classes } = await head(listUnits, { unitId: grades[0]?.id ?? '' })

    expect(made).toEqual({ made: 3, stood: 0 })
    expect(unit).toMatchObject({ schoolType: 'nineYear', stages: ['primary', 'junior'] })
    expect(choices.map((it) => it.name)).toEqual([...'一二三四五六七八九'].map((it) => `${it}年级`))
    expect(classes.map((it) => [it.fullName, it.code, it.entryYear])).toEqual([
      ['实验学校七年级1班', '2026-01', 2026],
      ['实验学校七年级2班', '2026-02', 2026],
      ['实验学校七年级3班', '2026-03', 2026],
    ])
    await expect(head(addUnit, { unitId: cityId, name: '西山区', code: '360102' })).rejects.toMatchObject({
      status: 404,
    })
    expect((await call(readUnit, { unitId: cityId })).children.map((it) => it.name)).toEqual(['东湖区'])
    expect(await AuditModel.countDocuments({ act: 'unit.added' })).toBe(3)
  })

  it('makes a unit once, however often and however fast the button is pressed', async () => {
    const { call, cityId } = await office()
    const press = () => call(addUnit, { unitId: cityId, name: '东湖区', code: '360101' })

    const made = await Promise.all([press(), press(), press()])

    expect(new Set(made.map((it) => it.id)).size).toBe(1)
    await expect(call(addUnit, { unitId: cityId, name: '西山区', code: '360101' })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '代码360101已经用于“东湖区”，请换一个代码' } },
    })
    await expect(call(addUnit, { unitId: cityId, name: '东湖区', code: '360199' })).rejects.toMatchObject({
      status: 409,
    })
  })

  it('has the database refuse a second unit of one code', async () => {
    const { district } = await buildBranch()
    const again = { kind: 'school' as const, name: '甲', fullName: '甲', parentId: district._id, code: 'X1' }
    await UnitModel.create({ ...again, path: '/a/' })

    await expect(UnitModel.create({ ...again, path: '/b/' })).rejects.toMatchObject({ code: 11000 })
  })

  it('asks for more classes and keeps those that stand, also those an import has named', async () => {
    const { school, head, record } = await schoolOffice()
    const grade = await ensureUnit({ kind: 'grade', name: '七年级', code: 'G7', parent: record, grade: 7 })
    await ensureUnit({ kind: 'class', name: '2班', code: '702', parent: grade, grade: 7 })

    const made = await head(addClasses, { unitId: school.id, grade: 7, schoolYear: 2026, count: 3 })
    const again = await head(addClasses, { unitId: school.id, grade: 7, schoolYear: 2026, count: 3 })

    expect([made, again]).toEqual([
      { made: 2, stood: 1 },
      { made: 0, stood: 3 },
    ])
  })

  it('knows the campuses of a school and the grades it does not have', async () => {
    const { school, head } = await schoolOffice({ campuses: ['南校区', '北校区'] })
    const asked = { unitId: school.id, grade: 1, schoolYear: 2026, count: 1 }
    await head(addClasses, { ...asked, campus: '南校区' })
    await head(addClasses, { ...asked, campus: '北校区' })

    const { children } = await head(listUnits, { unitId: school.id })
    const { children: classes } = await head(listUnits, { unitId: children[0]?.id ?? '' })

    expect(classes.map((it) => it.fullName)).toEqual(['实验学校一年级南校区1班', '实验学校一年级北校区1班'])
    await expect(head(addClasses, { ...asked, grade: 10 })).rejects.toMatchObject({
      json: { error: { message: '实验学校没有高一' } },
    })
    await expect(head(addClasses, { ...asked, campus: '西校区' })).rejects.toMatchObject({ status: 400 })
  })

  it('gives a 社区家长学校 a place without classes', async () => {
    const { call, district } = await schoolOffice()
    const community = await call(addUnit, {
      unitId: district.id,
      name: '滨江社区家长学校',
      code: 'SQ-01',
      schoolType: 'community',
    })

    expect(community).toMatchObject({ stages: [], abilities: { addChild: false } })
    await expect(
      call(addClasses, { unitId: community.id, grade: 1, schoolYear: 2026, count: 1 }),
    ).rejects.toMatchObject({ json: { error: { message: '社区家长学校没有班级' } } })
  })

  it('renames a school and all that is called after it, and keeps its code', async () => {
    const { school, head } = await schoolOffice()
    await head(addClasses, { unitId: school.id, grade: 7, schoolYear: 2026, count: 1 })

    const renamed = await head(changeUnit, { unitId: school.id, name: '云溪学校', wasName: '实验学校' })

    expect(renamed).toMatchObject({ name: '云溪学校', code: '3601010001' })
    expect(await UnitModel.distinct('fullName', { kind: { $in: ['grade', 'class'] } })).toEqual([
      '云溪学校七年级',
      '云溪学校七年级1班',
    ])
    await expect(
      head(changeUnit, { unitId: school.id, name: '别的名字', wasName: '实验学校' }),
    ).rejects.toMatchObject({ status: 409 })
  })

  it('closes a unit nobody is in, ends its posts, and frees its code', async () => {
    const { school, head, call, record, district } = await schoolOffice()
    await head(addClasses, { unitId: school.id, grade: 7, schoolYear: 2026, count: 1 })
    const [grade] = (await head(listUnits, { unitId: school.id })).children
    const [klass] = (await head(listUnits, { unitId: grade?.id ?? '' })).children
    const unit = (await findUnit(klass?.id ?? '')) as UnitRecord
    const student = await buildStudent(unit)

    await expect(call(closeUnit, { unitId: school.id })).rejects.toMatchObject({
      json: { error: { message: '实验学校下面还有单位，请先停用它们' } },
    })
    await expect(head(closeUnit, { unitId: unit._id.toString() })).rejects.toMatchObject({ status: 409 })
    await StudentModel.updateOne({ _id: student._id }, { leftAt: new Date() })
    for (const id of [unit._id, grade?.id, school.id]) await call(closeUnit, { unitId: String(id) })

    expect((await call(listUnits, { unitId: district.id })).children).toEqual([])
    await expect(head(readUnit, { unitId: school.id })).rejects.toMatchObject({ status: 404 })
    const again = await call(addUnit, {
      unitId: district.id,
      name: '新学校',
      code: record.code,
      schoolType: 'primary',
    })
    expect(again.id).not.toBe(school.id)
  })
})

describe('school years', () => {
  it('turn on 1 September until the city says otherwise, and never overlap', async () => {
    const { call, cityId } = await office()
    world.goTo('2026-11-25T01:00:00Z')
    const first = await call(listTerms, { unitId: cityId })
    expect(first.today).toEqual({ year: 2026, season: 'autumn' })
    expect(first.years.find((it) => it.year === 2026)?.isDefault).toBe(true)

    const autumn = { from: '2027-08-30', to: '2028-01-20' }
    const spring = { from: '2028-02-14', to: '2028-07-05' }
    await call(saveTerms, { unitId: cityId, year: 2027, autumn, spring })

    expect((await call(listTerms, { unitId: cityId })).years[0]).toMatchObject({ year: 2027, autumn, spring })
    for (const [wrong, said] of [
      [{ autumn, spring: { from: '2028-01-10', to: '2028-07-05' } }, '不能重叠'],
      [{ autumn: { from: '2027-09-01', to: '2027-08-31' }, spring }, '晚于第一天'],
      [{ autumn, spring: { from: '2028-02-14', to: '2028-09-05' } }, '8月31日以前'],
    ] as const) {
      await expect(call(saveTerms, { unitId: cityId, year: 2027, ...wrong })).rejects.toMatchObject({
        json: { error: { message: expect.stringContaining(said) as unknown } },
      })
    }
  })

  it('are set by the city alone', async () => {
    const { head, school, cityId } = await schoolOffice()
    const days = {
      autumn: { from: '2026-09-01', to: '2027-01-20' },
      spring: { from: '2027-02-20', to: '2027-07-05' },
    }

    expect((await head(listTerms, { unitId: school.id })).abilities.change).toBe(false)
    await expect(head(saveTerms, { unitId: school.id, year: 2026, ...days })).rejects.toMatchObject({
      status: 403,
    })
    await expect(head(saveTerms, { unitId: cityId, year: 2026, ...days })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('two cities on one installation', () => {
  it('see, find, count and join nothing of each other', async () => {
    const here = await buildBranch()
    const there = await buildBranch()
    const twin = { name: '张三', number: '20260001' }
    const mine = await buildStudent(here.klass, twin)
    const other = await buildStudent(there.klass, twin)
    await refreshKeys([mine._id, other._id], world.deps())
    const mother = await buildGuardian(world, mine)
    const city = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
    const district = await world.as(await buildStaff(here.district, 'district_admin'), 'staff')
    await UnitModel.updateOne({ _id: here.city._id }, { hotlines: 'jinhua' })

    expect((await city(readUnit, { unitId: String(here.city._id) })).unit.studentCount).toBe(1)
    const found = await district(listStudents, { unitId: String(here.district._id), search: '张三' })
    expect(found.students.map((it) => it.id)).toEqual([String(mine._id)])
    for (const unit of [there.city, there.district, there.school, there.klass]) {
      const unitId = String(unit._id)
      await expect(city(readUnit, { unitId })).rejects.toMatchObject({ status: 404 })
      await expect(city(listUnits, { unitId })).rejects.toMatchObject({ status: 404 })
      await expect(city(listTerms, { unitId })).rejects.toMatchObject({ status: 404 })
      await expect(district(listStudents, { unitId })).rejects.toMatchObject({ status: 404 })
      await expect(city(closeUnit, { unitId })).rejects.toMatchObject({ status: 404 })
    }

    // A class code leads to one class of one city, and says which.
    const asMother = await world.as(mother, 'guardian')
    const card = await asMother(readClassByCode, { code: there.klass.joinCode ?? '' })
    expect(card.schoolName).toBe(there.school.name)
    expect(here.klass.joinCode).not.toBe(there.klass.joinCode)

    // Help lines: each family those of its own city.
    const stranger = await world.withToken(null)(listHelpLines, {})
    const own = await asMother(listHelpLines, {})
    expect(own.lines.map((it) => it.number)).toContain('0579-82055405')
    expect(stranger.lines.map((it) => it.number)).not.toContain('0579-82055405')
  })
})
