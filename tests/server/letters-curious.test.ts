import exceljs from 'exceljs'
import { Types } from 'mongoose'
import { describe, expect, it } from 'vitest'
import type { AudienceParts } from '#contract/audiences'
import { showNumber } from '#contract/audit'
import { barGuardian } from '#contract/families'
import { addToGroup, createGroup } from '#contract/groups'
import { countAudience, createLetter } from '#contract/letters'
import { exportUnreached, listUnreached } from '#contract/unreached'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sentLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

// People who may do much, and try to learn of one family by it what is not theirs to know.
const world = useWorld()

type Call = Awaited<ReturnType<typeof world.as>>
const statusOf = async (asked: Promise<unknown>) =>
  asked.then(
    () => 200,
    (error: unknown) => (error as { status: number }).status,
  )

describe('the count beside an audience', () => {
  /** A school with a group that is nobody's business, and ways to ask about one child by leaving out or adding it. */
  async function scene() {
    const here = await buildClass(world)
    const office = await world.as(here.office, 'staff')
    const schoolId = String(here.school._id)
    const { id: groupId } = await office(createGroup, {
      ...{ unitId: schoolId, requestId: newRequest(), name: '资助', isSensitive: true, endsWithYear: true },
    })
    const child = String(here.zhang._id)
    await office(addToGroup, { groupId, studentIds: [child] })
    const classId = String(here.klass._id)
    const one: { studentIds?: string[]; excludedIds?: string[]; parts?: AudienceParts }[] = [
      { excludedIds: [child] },
      { studentIds: [child] },
      { excludedIds: [String(here.li._id)] },
      { parts: { groupIds: [groupId] } },
      { parts: { without: { groupIds: [groupId] } } },
      { parts: { marks: [{ unitId: classId, mark: 'leftBehind' }] } },
      { parts: { marks: [{ unitId: classId, mark: 'boarding' }] } },
    ]
    const ask = (call: Call, unitId: string) =>
      Promise.all(one.map((it) => statusOf(call(countAudience, { unitId, unitIds: [classId], ...it }))))
    const write = (call: Call, unitId: string) =>
      Promise.all(
        one.map((it) => {
          const said = { ...DRAFT, unitId, requestId: newRequest(), audience: [classId], ...it }
          return statusOf(call(createLetter, said))
        }),
      )
    return { ...here, office, schoolId, classId, ask, write, groupId, child, all: one.length }
  }
  const every = (count: number, status: number) => Array.from({ length: count }, () => status)

  it('tells a city nothing of a single family, however it is left out or added', async () => {
    const { city, ask, write, all } = await scene()
    const call = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    expect(await ask(call, String(city._id))).toEqual(every(all, 403))
    expect(await write(call, String(city._id))).toEqual(every(all, 403))
  })

  it('does not exist for another district, another school and another class', async () => {
    const { ask, schoolId, classId, all } = await scene()
    const there = await buildClass(world)
    for (const [unit, post] of [
      [there.district, 'district_admin'],
      [there.school, 'school_admin'],
      [there.klass, 'class_teacher'],
    ] as const) {
      const call = await world.as(await buildStaff(unit, post), 'staff')
      expect([post, await ask(call, schoolId)]).toEqual([post, every(all, 404)])
      // Asked for one's own unit, about the children of the other.
      const own = await call(countAudience, { unitId: String(unit._id), unitIds: [String(unit._id)] })
      expect(own.families).toBeGreaterThan(0)
      expect(await statusOf(call(countAudience, { unitId: String(unit._id), unitIds: [classId] }))).toBe(404)
    }
  })

  it('tells a 班主任 nothing of the groups her school keeps, by naming, leaving out or guessing them', async () => {
    const { teacher, classId, groupId, child } = await scene()
    const call = await world.as(teacher, 'staff')
    const ask = (over: object) =>
      statusOf(call(countAudience, { unitId: classId, unitIds: [classId], ...over }))
    expect(await ask({})).toBe(200)
    expect(await ask({ excludedIds: [child] })).toBe(200)
    const guesses = [groupId, String(new Types.ObjectId())]
    for (const id of guesses) {
      expect(await ask({ parts: { groupIds: [id] } })).toBe(404)
      expect(await ask({ parts: { without: { groupIds: [id] } } })).toBe(404)
    }
  })
})

describe('the list of whom nothing reaches', () => {
  it('has no number of a guardian whom a court keeps away, neither to see, nor to show, nor to print', async () => {
    const { sender, staff, zhang, father, at, letter } = await sentLetter(world)
    await tick(world)
    const studentId = String(zhang._id)
    const bond = await GuardianshipModel.findOne({ personId: new Types.ObjectId(father) }).lean()
    const who = { studentId, guardianshipId: String(bond?._id) }
    const named = async () => {
      const { families } = await staff(listUnreached, { letterId: letter.id, unitId: at.classId })
      return families?.find((it) => it.studentId === studentId)?.guardians.map((it) => it.relation)
    }
    expect(await named()).toEqual(['妈妈', '爸爸'])
    await sender(barGuardian, { ...who, document: '民事裁定书' })

    expect(await named()).toEqual(['妈妈'])
    const asked = staff(showNumber, { ...who, reason: 'talk', words: '孩子今天没来' })
    expect(await statusOf(asked)).toBe(404)
    const { link } = await staff(exportUnreached, { letterId: letter.id, unitId: at.classId })
    const book = new exceljs.Workbook()
    await book.xlsx.load(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
    const printed = JSON.stringify(book.worksheets.map((it) => it.getSheetValues()))
    expect(printed).toContain('张三')
    expect(printed).not.toContain('爸爸')
  })

  it('names families to nobody but those who may see them, and does not exist for another class', async () => {
    const { at, letter, city, district, grade, school, klass } = await sentLetter(world)
    await tick(world)
    const look = { letterId: letter.id, unitId: at.classId }
    const mate = await buildStudent(klass)
    const cells: [Parameters<typeof buildStaff>, number, boolean][] = [
      [[klass, 'class_teacher'], 200, true],
      [[grade, 'grade_head'], 200, true],
      [[school, 'principal'], 200, true],
      [[district, 'district_admin'], 200, true],
      [[city, 'city_admin'], 200, false],
      [[klass, 'teacher'], 403, false],
    ]
    for (const [whom, status, seesNames] of cells) {
      const call = await world.as(await buildStaff(...whom), 'staff')
      const answer = await call(listUnreached, look).catch(() => null)
      expect([whom[1], await statusOf(call(listUnreached, look))]).toEqual([whom[1], status])
      expect([whom[1], Boolean(answer?.families)]).toEqual([whom[1], seesNames])
    }
    expect(mate.leftAt).toBeFalsy()
    const there = await buildClass(world)
    const stranger = await world.as(there.teacher, 'staff')
    expect(await statusOf(stranger(listUnreached, look))).toBe(404)
    expect(await statusOf(stranger(exportUnreached, look))).toBe(404)
  })
})
