import { Types } from 'mongoose'
import { beforeEach, expect, it } from 'vitest'
import {
  addToGroup,
  changeGroup,
  closeGroup,
  createGroup,
  listGroupMembers,
  listGroups,
  removeFromGroup,
} from '#contract/groups'
import { createLetter, queueLetter, readLetter } from '#contract/letters'
import {
  listSavedAudiences,
  removeSavedAudience,
  renameSavedAudience,
  saveAudience,
} from '#contract/saved-audiences'
import { StudentModel, type StudentRecord } from '../../server/modules/org/families/model.ts'
import { ChildGroupModel } from '../../server/modules/org/groups/model.ts'
import {
  endOfYear,
  linesOf,
  MOST_MEMBERS,
  MOST_OF_A_CHILD,
  repeated,
} from '../../server/modules/org/groups/rules.ts'
import { buildStaff, buildStudent } from '../support/build.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool, fillClass } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

async function scene() {
  const office = await buildDistrict(world)
  const school = await buildSchool(world, office, { grades: [7], classes: 2 })
  const klass = school.classOf('七年级1班')
  const students = await fillClass(klass, 4)
  const unitId = String(school.school._id)
  const make = (name: string, over: object = {}) =>
    school.office(createGroup, {
      ...{ unitId, name, isSensitive: false, endsWithYear: false, requestId: newRequest(), ...over },
    })
  return {
    ...school,
    district: office,
    klass,
    students,
    unitId,
    make,
    ids: students.map((it) => String(it._id)),
  }
}

const refused = (sentence: string) => ({
  json: { error: { message: expect.stringContaining(sentence) as string } },
})

it('takes a pasted column of numbers, and tells line by line what names nobody', async () => {
  const { office, make, students, klass } = await scene()
  const { id: groupId } = await make('校车')
  const [first, second] = students.map((it) => it.number)

  const said = await office(addToGroup, {
    groupId,
    numbers: `学号\n${first}\t张三\n 没有的人 \n\n${first}\r\n${second}，李四`,
  })

  expect(said).toMatchObject({ added: 2, already: 0 })
  expect(said.problems).toEqual([
    { line: 3, text: '没有的人', problem: '这个单位里没有这个学号' },
    { line: 5, text: first, problem: '和前面的一行重复，只算一次' },
  ])
  expect(await office(addToGroup, { groupId, numbers: String(first) })).toMatchObject({
    added: 0,
    already: 1,
  })
  const page = await office(listGroupMembers, { groupId })
  expect(page.members.map((it) => it.number)).toEqual([first, second])
  expect(page).toMatchObject({ group: { families: 2 }, next: null })
  expect(page.members[0]?.className).toBe(klass.fullName)
})

it('counts a child only while it is within the unit: out of the school is out of the group, and back is back', async () => {
  const { office, make, ids, unitId, students, klass } = await scene()
  const { id: groupId } = await make('社团')
  await office(addToGroup, { groupId, studentIds: ids.slice(0, 2) })
  const families = async () => (await office(listGroups, { unitId })).groups[0]?.families

  await StudentModel.updateOne({ _id: ids[0] }, { path: `/${'a'.repeat(24)}/` })
  expect(await families()).toBe(1)
  await StudentModel.updateOne({ _id: ids[0] }, { path: klass.path })
  expect(await families()).toBe(2)

  expect(await office(removeFromGroup, { groupId, studentIds: ids })).toEqual({ removed: 2 })
  expect(await families()).toBe(0)
  expect(students).toHaveLength(4)
})

it('is made once however often the button is pressed, has one name in its unit, and is closed for good', async () => {
  const { office, make, unitId, ids } = await scene()
  const requestId = newRequest()
  const both = await Promise.all([make('课后服务', { requestId }), make('课后服务', { requestId })])
  expect(new Set(both.map((it) => it.id)).size).toBe(1)
  await expect(make('课后服务')).rejects.toMatchObject(refused('已经有同名的分组'))
  const groupId = both[0]?.id ?? ''
  await office(addToGroup, { groupId, studentIds: ids })

  const changed = await office(changeGroup, { groupId, name: '晚托', isSensitive: true, endsWithYear: true })
  expect(changed).toMatchObject({ name: '晚托', isSensitive: true, endsOn: '2027-08-31', families: 4 })
  await office(closeGroup, { groupId })

  expect((await office(listGroups, { unitId })).groups).toEqual([])
  await expect(office(addToGroup, { groupId, studentIds: ids })).rejects.toMatchObject({ status: 404 })
  expect(await StudentModel.countDocuments({ groups: { $elemMatch: { to: null } } })).toBe(0)
})

it('is over with its last day', async () => {
  const { make, admin, unitId } = await scene()
  await make('春季社团', { endsWithYear: true })
  world.goTo('2027-09-01T01:00:00Z')
  const later = await world.as(admin, 'staff')

  expect((await later(listGroups, { unitId })).groups).toEqual([])
})

it('does not exist for a class teacher when the school keeps it; a class keeps its own', async () => {
  const { make, klass, office, unitId, ids } = await scene()
  const school = await make('困难帮扶', { isSensitive: true })
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  const classId = String(klass._id)

  await expect(teacher(listGroups, { unitId })).rejects.toMatchObject({ status: 404 })
  await expect(teacher(listGroupMembers, { groupId: school.id })).rejects.toMatchObject({ status: 404 })
  expect((await teacher(listGroups, { unitId: classId })).groups).toEqual([])
  const own = await teacher(createGroup, {
    ...{ unitId: classId, name: '值日一组', isSensitive: false, endsWithYear: true, requestId: newRequest() },
  })
  await teacher(addToGroup, { groupId: own.id, studentIds: ids.slice(0, 1) })
  expect((await office(listGroups, { unitId })).groups.map((it) => it.name).sort()).toEqual(
    ['值日一组', '困难帮扶'].sort(),
  )
})

it('names a child that is in too many groups, and makes room where groups have ended with their year', async () => {
  const { admin, make, ids, unitId, office } = await scene()
  const [full = '', other = ''] = ids
  const made = []
  for (let at = 1; at <= MOST_OF_A_CHILD; at++) made.push(await make(`社团${at}`, { endsWithYear: at > 1 }))
  for (const it of made) await office(addToGroup, { groupId: it.id, studentIds: [full] })
  const bus = await make('校车')

  const told = await office(addToGroup, { groupId: bus.id, studentIds: [full, other] })
  expect(told).toMatchObject({ added: 1, already: 0, leftOut: [{ studentId: full }] })
  expect(told.leftOut?.[0]?.problem).toContain('先从不用的分组移出')
  await office(removeFromGroup, { groupId: made[1]?.id ?? '', studentIds: [full] })
  expect(await office(addToGroup, { groupId: bus.id, studentIds: [full, other] })).toMatchObject({
    ...{ added: 1, already: 1, leftOut: [] },
  })

  world.goTo('2027-09-01T01:00:00Z')
  const later = await world.as(admin, 'staff')
  const next = await later(createGroup, {
    ...{ unitId, name: '新社团', isSensitive: false, endsWithYear: true, requestId: newRequest() },
  })
  expect(await later(addToGroup, { groupId: next.id, studentIds: [full] })).toMatchObject({ added: 1 })
  const child = await StudentModel.findById(full).lean()
  expect(child?.groups?.filter((it) => !it.to)).toHaveLength(3)
  // What it was in still leads to the letters it got.
  expect(child?.groups).toHaveLength(MOST_OF_A_CHILD + 2)
})

it('counts toward its limit only those who come in: a full group takes its own list again', async () => {
  const { make, office, school, ids, students } = await scene()
  const { id: groupId } = await make('全校')
  const place = { groupId: new Types.ObjectId(groupId), path: school.path, from: world.now(), to: null }
  const { _id: _, number: __, ...like } = students[0] as StudentRecord
  await StudentModel.collection.insertMany(
    Array.from({ length: MOST_MEMBERS - 3 }, (_, at) => ({
      ...{ ...like, number: `MANY-${at}`, groups: [place] },
    })),
  )
  const [first = '', second = '', third = '', fourth = ''] = ids

  expect(await office(addToGroup, { groupId, studentIds: [first, second, third] })).toMatchObject({
    added: 3,
  })
  expect(await office(addToGroup, { groupId, studentIds: [first, second, third] })).toMatchObject({
    ...{ added: 0, already: 3 },
  })
  expect(await office(addToGroup, { groupId, numbers: 'MANY-0\nMANY-1' })).toMatchObject({ already: 2 })
  await expect(office(addToGroup, { groupId, studentIds: [first, fourth] })).rejects.toMatchObject(
    refused('现在有5000个，再加1个就超过了'),
  )
})

it('finds a child in a group by the beginning of its name, its sound or its number, a page at a time', async () => {
  const { make, office, klass } = await scene()
  const { id: groupId } = await make('校车')
  const ming = await buildStudent(klass, { name: '李明', number: 'A-01' })
  // A namesake who is not in it.
  await buildStudent(klass, { name: '李明' })
  const others = await Promise.all(
    Array.from({ length: 51 }, (_, at) => buildStudent(klass, { name: '王五', number: `W-${100 + at}` })),
  )
  await office(addToGroup, { groupId, studentIds: [ming, ...others].map((it) => String(it._id)) })
  const find = (search: string, after?: string) =>
    office(listGroupMembers, { groupId, search, ...(after && { after }) })

  for (const typed of ['李', 'liming', 'lm', 'a-0', ' 李明 ']) {
    const { members, found } = await find(typed)
    expect([typed, found, members.map((it) => it.studentId)]).toEqual([typed, 1, [String(ming._id)]])
  }
  const page = await find('王')
  expect([page.members.length, page.found, page.group.families]).toEqual([50, 51, 52])
  const rest = await find('王', page.next ?? '')
  expect([rest.members.map((it) => it.number), rest.next]).toEqual([['W-150'], null])
  expect(await find('.*')).toMatchObject({ members: [], found: 0 })

  const statements = await statementsOf(() => find('王'))
  expect(scans(statements)).toEqual([])
})

it('is listed and counted from indexes', async () => {
  const { make, office, unitId, ids } = await scene()
  const { id: groupId } = await make('校车')
  await office(addToGroup, { groupId, studentIds: ids })

  const statements = await statementsOf(async () => {
    await office(listGroups, { unitId })
    await office(listGroupMembers, { groupId })
  })

  expect(scans(statements)).toEqual([])
})

it('counts 住校 and 留守 without fetching a child, and without those who have left', async () => {
  const { office, unitId, ids } = await scene()
  const marks = async () => (await office(listGroups, { unitId })).marks
  await StudentModel.updateMany({}, { isBoarding: true })
  await StudentModel.updateOne({ _id: ids[0] }, { isLeftBehind: true })
  await StudentModel.updateOne({ _id: ids[1] }, { isLeftBehind: true, leftAt: new Date() })
  let found: unknown

  const statements = await statementsOf(async () => (found = await marks()))

  expect(found).toEqual([
    { mark: 'boarding', families: 3 },
    { mark: 'leftBehind', families: 1 },
  ])
  const counts = statements.filter((it) => it.name === 'aggregate students')
  expect(counts.map((it) => it.docsExamined)).toEqual([0, 0])
  expect(counts.map((it) => it.plan).sort()).toEqual([
    'IXSCAN { isBoarding: 1, path: 1, leftAt: 1 }',
    'IXSCAN { isLeftBehind: 1, path: 1, leftAt: 1 }',
  ])
})

it('reads what people paste', () => {
  expect(linesOf('学号\n001 张三\n\n002,李四\r003')).toEqual([
    { line: 2, text: '001' },
    { line: 4, text: '002' },
    { line: 5, text: '003' },
  ])
  expect(
    repeated([
      { line: 1, text: 'a' },
      { line: 2, text: 'b' },
      { line: 3, text: 'a' },
    ]),
  ).toEqual(new Set([3]))
  expect([
    endOfYear(new Date('2026-09-01T00:00:00+08:00')),
    endOfYear(new Date('2027-08-31T10:00:00+08:00')),
  ]).toEqual(['2027-08-31', '2027-08-31'])
})

it('keeps an audience for the unit, offers the last one, and is renamed and deleted', async () => {
  const { office, unitId, klass, make, ids, district, school } = await scene()
  const group = await make('校车')
  const said = {
    unitIds: [String(klass._id)],
    excludedIds: ids.slice(0, 1),
    parts: { groupIds: [group.id], grades: [{ unitId, grades: [7] }] },
  }
  const kept = await office(saveAudience, { unitId, name: '一班和校车', ...said })
  await expect(office(saveAudience, { unitId, name: '一班和校车', ...said })).rejects.toMatchObject(
    refused('同名'),
  )

  const successor = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const draft = await successor(createLetter, {
    ...{ ...DRAFT, unitId, requestId: newRequest(), audience: said.unitIds, parts: said.parts },
  })
  const found = await successor(listSavedAudiences, { unitId })
  expect(found.saved).toMatchObject([
    { name: '一班和校车', parts: { groups: [{ name: '校车' }], grades: [{ grades: [7] }] }, excluded: [{}] },
  ])
  expect(found.last).toMatchObject({ audience: [{ unitId: said.unitIds[0] }] })
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  await expect(teacher(listSavedAudiences, { unitId })).rejects.toMatchObject({ status: 404 })
  // A city or district that does not know the families is offered nothing that names one.
  const city = await world.as(await buildStaff(district.city, 'city_admin'), 'staff')
  expect((await city(listSavedAudiences, { unitId })).saved).toEqual([])

  expect(await office(renameSavedAudience, { unitId, savedId: kept.id, name: '常用' })).toMatchObject({
    name: '常用',
  })
  await office(removeSavedAudience, { unitId, savedId: kept.id })
  await expect(office(removeSavedAudience, { unitId, savedId: kept.id })).rejects.toMatchObject({
    status: 404,
  })
  await ChildGroupModel.deleteMany()
  // What the draft was addressed to is looked at when it was said, not when it goes out: it reaches whom it still can.
  await office(queueLetter, { letterId: draft.id, sendAt: null })
  expect((await office(readLetter, { letterId: draft.id })).status).toBe('sent')
})
