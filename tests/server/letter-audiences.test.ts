import { beforeEach, describe, expect, it } from 'vitest'
import {
  countAudience,
  createLetter,
  listLetters,
  listMyLetters,
  openMyLetter,
  queueLetter,
  readLetter,
  updateLetter,
} from '#contract/letters'
import { addToGroup, createGroup } from '#contract/groups'
import { addClasses } from '#contract/tree'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

type Call = Awaited<ReturnType<typeof world.as>>
const { kind: _, ...WORDS } = DRAFT

async function scene() {
  const office = await buildDistrict(world)
  const north = await buildSchool(world, office, { schoolType: 'nineYear', grades: [1, 7, 8], classes: 1 })
  const south = await buildSchool(world, office, { grades: [7], classes: 1 })
  const child = async (klass: UnitRecord, name: string) => {
    const student = await buildStudent(klass, { name })
    const guardian = await world.as(await buildGuardian(world, student), 'guardian')
    const studentId = String(student._id)
    return {
      studentId,
      student,
      call: guardian,
      letters: async () => (await guardian(listMyLetters, { studentId })).letters.map((it) => it.id),
    }
  }
  const seven = await child(north.classOf('七年级1班'), '张三')
  const eight = await child(north.classOf('八年级1班'), '李四')
  const other = await child(south.classOf('七年级1班'), '王五')
  const draft = async (call: Call, unit: UnitRecord, over: object) =>
    call(createLetter, {
      ...DRAFT,
      audience: [],
      ...over,
      unitId: String(unit._id),
      requestId: newRequest(),
    })
  const send = async (call: Call, unit: UnitRecord, over: object) =>
    call(queueLetter, { letterId: (await draft(call, unit, over)).id, sendAt: null })
  return {
    ...office,
    districtId: String(office.district._id),
    north,
    south,
    seven,
    eight,
    other,
    child,
    draft,
    send,
  }
}

describe('a letter to grades', () => {
  it('reaches all 七年级 of a district and nobody else, by one indexed query', async () => {
    const { call, district, districtId, seven, eight, other, send } = await scene()

    const sent = await send(call, district, { parts: { grades: [{ unitId: districtId, grades: [7] }] } })

    expect(sent).toMatchObject({ tally: { expected: 2 }, parts: { grades: [{ grades: [7] }] } })
    expect(await seven.letters()).toEqual([sent.id])
    expect(await other.letters()).toEqual([sent.id])
    expect(await eight.letters()).toEqual([])
    await expect(
      eight.call(openMyLetter, { studentId: eight.studentId, letterId: sent.id }),
    ).rejects.toMatchObject({ status: 404 })
    const statements = await statementsOf(() => seven.letters())
    expect(statements.map((it) => it.name)).toEqual([
      'find people',
      'find guardianships',
      'find students',
      'find letters',
      'find sheets',
    ])
    expect(scans(statements)).toEqual([])
    const opened = await seven.call(openMyLetter, { studentId: seven.studentId, letterId: sent.id })
    expect(opened.state).toBe('read')
  })

  it('means the grades a stage has, and a class that is founded later as well', async () => {
    const { call, district, districtId, north, seven, eight, child, send } = await scene()
    const sent = await send(call, district, {
      dueOn: '2026-12-20',
      parts: { grades: [{ unitId: districtId, stages: ['primary'] }] },
    })
    expect(sent.tally).toMatchObject({ expected: 0 })
    await call(addClasses, { unitId: String(north.school._id), grade: 2, schoolYear: 2026, count: 1 })
    const founded = await UnitModel.findOne({ kind: 'class', grade: 2 }).lean<UnitRecord>()
    const late = await child(founded as UnitRecord, '周七')

    expect(await late.letters()).toEqual([sent.id])
    await late.call(openMyLetter, { studentId: late.studentId, letterId: sent.id })

    const sheet = await SheetModel.findOne({ classId: founded?._id }).lean()
    expect(sheet).toMatchObject({ expected: 1, read: 1 })
    expect([...(await seven.letters()), ...(await eight.letters())]).toEqual([])
  })

  it('is shown to the staff of those classes as a letter from above, and to no others', async () => {
    const { call, district, districtId, north, send } = await scene()
    const sent = await send(call, district, { parts: { grades: [{ unitId: districtId, grades: [7] }] } })
    const above = async (name: string) => {
      const klass = north.classOf(name)
      const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
      return (await teacher(listLetters, { unitId: String(klass._id), box: 'above' })).letters
    }

    expect(await above('七年级1班')).toMatchObject([
      { id: sent.id, audience: expect.stringMatching(/七年级$/) as string },
    ])
    expect(await above('八年级1班')).toEqual([])
  })
})

it('reaches one campus of a school', async () => {
  const { north, seven, eight, send } = await scene()
  await UnitModel.updateOne({ _id: north.classOf('八年级1班')._id }, { campus: '南校区' })

  const sent = await send(north.office, north.school, {
    parts: { campuses: [{ unitId: String(north.school._id), campus: '南校区' }] },
  })

  expect(await eight.letters()).toEqual([sent.id])
  expect(await seven.letters()).toEqual([])
})

it('leaves out units and groups, each family once', async () => {
  const { north, seven, eight, child, send } = await scene()
  const unitId = String(north.school._id)
  const bus = await child(north.classOf('八年级1班'), '赵六')
  const group = await north.office(createGroup, {
    ...{ unitId, requestId: newRequest(), name: '校车', isSensitive: false, endsWithYear: false },
  })
  await north.office(addToGroup, { groupId: group.id, studentIds: [bus.studentId] })

  const sent = await send(north.office, north.school, {
    audience: [unitId],
    parts: { without: { unitIds: [String(north.classOf('七年级1班')._id)], groupIds: [group.id] } },
  })

  expect(sent.tally).toMatchObject({ expected: 1 })
  expect(await eight.letters()).toEqual([sent.id])
  expect([...(await seven.letters()), ...(await bus.letters())]).toEqual([])
})

it('goes to a family that is named although its class is left out', async () => {
  const { north, seven, eight, child, send } = await scene()
  const unitId = String(north.school._id)
  const named = await child(north.classOf('七年级1班'), '赵六')

  const to = { parts: { without: { unitIds: [String(north.classOf('七年级1班')._id)] } } }
  const sent = await send(north.office, north.school, {
    ...{ ...to, audience: [unitId], studentIds: [named.studentId] },
  })

  expect(sent.tally).toMatchObject({ expected: 2 })
  expect([...(await eight.letters()), ...(await named.letters())]).toEqual([sent.id, sent.id])
  expect(await seven.letters()).toEqual([])
  const asked = { ...to, unitId, unitIds: [unitId], studentIds: [named.studentId] }
  expect(await north.office(countAudience, asked)).toMatchObject({ families: 2 })
})

describe('a letter to a group', () => {
  const withGroup = async (isSensitive = false) => {
    const here = await scene()
    const { office, school } = here.north
    const said = { unitId: String(school._id), name: '困难帮扶', isSensitive, endsWithYear: false }
    const group = await office(createGroup, { ...said, requestId: newRequest() })
    await office(addToGroup, { groupId: group.id, studentIds: [here.seven.studentId] })
    const send = (over: object = {}) =>
      here.send(office, school, { ...over, parts: { groupIds: [group.id] } })
    return { ...here, office, school, group, toGroup: send }
  }

  it('has sheets in the classes concerned only, with its children on them, and does not tell its name', async () => {
    const { toGroup, seven, eight, group, north, call, districtId } = await withGroup()
    const classmate = await buildStudent(north.classOf('七年级1班'), { name: '钱七' })

    const sent = await toGroup()

    const sheets = await SheetModel.find({ letterId: sent.id }).lean()
    expect(sheets.map((it) => it.roster.map(String))).toEqual([[seven.studentId]])
    expect(await seven.letters()).toEqual([sent.id])
    expect(await eight.letters()).toEqual([])
    expect(classmate.groups).toBeUndefined()
    const opened = await seven.call(openMyLetter, { studentId: seven.studentId, letterId: sent.id })
    expect(JSON.stringify(opened)).not.toContain(group.name)
    const below = await call(listLetters, { unitId: districtId, box: 'below' })
    expect(below.letters).toMatchObject([{ audience: '1个分组' }])
    const teacher = await world.as(await buildStaff(north.classOf('七年级1班'), 'class_teacher'), 'staff')
    const seen = await teacher(readLetter, {
      letterId: sent.id,
      unitId: String(north.classOf('七年级1班')._id),
    })
    expect(seen.parts).toMatchObject({ groups: [], hiddenGroups: 1 })
    expect(JSON.stringify(seen)).not.toContain(group.name)
  })

  it('is seen by the office that keeps a sensitive group alone', async () => {
    const { toGroup, call, districtId, north } = await withGroup(true)
    const sent = await toGroup()
    const klass = north.classOf('七年级1班')
    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')

    expect((await call(listLetters, { unitId: districtId, box: 'below' })).letters).toEqual([])
    expect((await teacher(listLetters, { unitId: String(klass._id), box: 'above' })).letters).toEqual([])
    await expect(teacher(readLetter, { letterId: sent.id })).rejects.toMatchObject({ status: 404 })
  })

  it('stays with who has got it and left the group, and comes to who joins the group while it is open', async () => {
    const { toGroup, seven, eight, group, office } = await withGroup()
    const open = await toGroup({ dueOn: '2026-12-10' })
    const over = await toGroup({ dueOn: '2026-11-23' })
    world.pass(5 * 86_400_000)
    await StudentModel.updateOne({ _id: seven.studentId }, { $set: { 'groups.0.to': world.now() } })
    await office(addToGroup, { groupId: group.id, studentIds: [eight.studentId] })

    expect((await seven.letters()).sort()).toEqual([open.id, over.id].sort())
    expect(await eight.letters()).toEqual([open.id])
  })
})

it('goes to 住校 families as their families said it themselves, and stays when that ends', async () => {
  const { north, seven, eight, send } = await scene()
  await StudentModel.updateOne({ _id: seven.studentId }, { isBoarding: true })

  const sent = await send(north.office, north.school, {
    parts: { marks: [{ unitId: String(north.school._id), mark: 'boarding' }] },
  })
  await StudentModel.updateOne({ _id: seven.studentId }, { isBoarding: false })

  expect(await seven.letters()).toEqual([sent.id])
  expect(await eight.letters()).toEqual([])
})

it('keeps its audience when only the words are changed, and refuses what lies outside', async () => {
  const { call, district, districtId, north, south, draft } = await scene()
  const parts = { grades: [{ unitId: districtId, grades: [7] }] }
  const made = await draft(call, district, { parts })

  const changed = await call(updateLetter, { ...WORDS, letterId: made.id, audience: [], title: '新的标题' })

  expect(changed).toMatchObject({ title: '新的标题', parts: { grades: [{ grades: [7] }] } })
  const outside = [
    { grades: [{ unitId: String(south.school._id), grades: [7] }] },
    { campuses: [{ unitId: districtId, campus: '南校区' }] },
    { marks: [{ unitId: String(south.school._id), mark: 'boarding' }] },
    { groupIds: ['a'.repeat(24)] },
    { without: { unitIds: [districtId] } },
  ]
  for (const one of outside) {
    await expect(
      draft(north.office, north.school, { audience: [String(north.school._id)], parts: one }),
    ).rejects.toMatchObject({ status: 404 })
  }
})

describe('the count beside the choice', () => {
  it('counts each family once, whatever it is chosen by, and those who are left out not at all', async () => {
    const { call, district, districtId, north, seven, eight, other } = await scene()
    const unitId = String(north.school._id)
    const stranger = await buildStudent(north.classOf('七年级1班'), { name: '周八' })
    const group = await north.office(createGroup, {
      ...{ unitId, requestId: newRequest(), name: '校车', isSensitive: false, endsWithYear: false },
    })
    await north.office(addToGroup, { groupId: group.id, studentIds: [seven.studentId, eight.studentId] })
    const count = (over: object) => north.office(countAudience, { unitId, unitIds: [], ...over })

    expect(await count({ unitIds: [unitId] })).toMatchObject({ families: 3, joined: 2, guardians: 2 })
    const sevens = { grades: [{ unitId, grades: [7] }] }
    expect(await count({ parts: sevens })).toMatchObject({ families: 2, joined: 1 })
    const both = { parts: { ...sevens, groupIds: [group.id] }, studentIds: [eight.studentId] }
    expect(await count(both)).toMatchObject({ families: 3, joined: 2 })
    const less = { unitIds: [unitId], parts: { without: { groupIds: [group.id] } } }
    expect(await count(less)).toMatchObject({ families: 1, joined: 0 })
    const single = {
      unitIds: [unitId],
      excludedIds: [seven.studentId],
      parts: { without: { groupIds: [group.id] } },
    }
    expect(await count(single)).toMatchObject({ families: 1, joined: 0 })
    const without = { unitIds: [String(north.classOf('七年级1班')._id)] }
    expect(await count({ unitIds: [unitId], parts: { without } })).toMatchObject({ families: 1, joined: 1 })
    const city = { unitId: districtId, unitIds: [], parts: { grades: [{ unitId: districtId, grades: [7] }] } }
    expect(await call(countAudience, city)).toMatchObject({ families: 3, joined: 2 })
    expect([other.studentId, String(stranger._id), district.name]).toHaveLength(3)
  })

  it('counts people, of a letter to staff', async () => {
    const { call, districtId, north } = await scene()
    await buildStaff(north.classOf('七年级1班'), 'class_teacher')
    await buildStaff(north.classOf('八年级1班'), 'class_teacher')
    const staff = { posts: ['class_teacher' as const], unitIds: [districtId] }

    expect(await call(countAudience, { unitId: districtId, unitIds: [], staff })).toMatchObject({
      families: 2,
    })
  })
})
