import { beforeEach, describe, expect, it } from 'vitest'
import { askToJoin, decideJoin } from '#contract/org'
import { confirmMyLetter, listMyLetters, openMyLetter } from '#contract/letters'
import { moveStudent } from '#contract/transfers'
import { followLateComers } from '../../server/modules/letters/latecomers/service.ts'
import { LateComerModel } from '../../server/modules/letters/latecomers/model.ts'
import { SheetModel, type SheetRecord } from '../../server/modules/letters/sheets/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStudent, newId } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const sheetIn = async (letterId: string, klass: UnitRecord) =>
  (await SheetModel.findById(`${letterId}:${String(klass._id)}`).lean<SheetRecord>()) as SheetRecord

describe('a guardian who joins after a letter was sent', () => {
  async function scene() {
    const built = await buildClass(world)
    const teacher = await world.as(built.teacher, 'staff')
    const person = await PersonModel.create({ wxOpenId: `o-${newId()}` })
    const guardian = await world.as(String(person._id), 'guardian')
    const { joinCode = '' } = (await UnitModel.findById(built.klass._id).lean<UnitRecord>()) ?? {}
    const join = async () => {
      const said = { code: joinCode ?? '', studentName: '李四', guardianName: '李芳', relation: '妈妈' }
      const { id } = await guardian(askToJoin, said)
      await teacher(decideJoin, { joinId: id, approve: true, studentId: String(built.li._id) })
    }
    return { ...built, join, guardian }
  }

  it('takes the family out of the unreached on the sheets that are open, once', async () => {
    const { office, school, klass, li, join } = await scene()
    const ids = [
      (await sendLetter(world, office, school)).id,
      (await sendLetter(world, office, school, { dueOn: '2026-12-30' })).id,
    ]
    const over = (await sendLetter(world, office, school, { dueOn: '2026-11-23' })).id
    world.pass(DAY_MS)
    for (const id of [...ids, over])
      expect(await sheetIn(id, klass)).toMatchObject({ expected: 2, reached: 1 })

    await join()
    await tick(world)
    await tick(world)

    for (const id of ids) {
      const sheet = await sheetIn(id, klass)
      expect(sheet).toMatchObject({ expected: 2, reached: 2, unreached: [], read: 0 })
      expect(sheet.roster.map(String)).toContain(String(li._id))
    }
    expect(await sheetIn(over, klass)).toMatchObject({ expected: 2, reached: 1 })
    expect(await LateComerModel.countDocuments()).toBe(0)
  })

  it('is not counted again where the family has opened the letter before', async () => {
    const { office, school, klass, li, join, guardian } = await scene()
    const { id } = await sendLetter(world, office, school)
    world.pass(MINUTE_MS)
    await join()
    await guardian(openMyLetter, { studentId: String(li._id), letterId: id })

    await tick(world)

    expect(await sheetIn(id, klass)).toMatchObject({ expected: 2, reached: 2, read: 1 })
  })

  it('is followed by keys and indexes alone', async () => {
    const { office, school, join } = await scene()
    await sendLetter(world, office, school)
    world.pass(MINUTE_MS)
    await join()

    const statements = await statementsOf(() => followLateComers(world.now(), world.deps().log))

    expect(scans(statements)).toEqual([])
  })
})

describe('a child who changes class', () => {
  async function scene() {
    const district = await buildDistrict(world)
    const school = await buildSchool(world, district, { grades: [7] })
    const [one, two] = [school.classOf('七年级1班'), school.classOf('七年级2班')]
    const student = await buildStudent(one, { name: '张三' })
    await buildStudent(two, { name: '李四' })
    const studentId = String(student._id)
    const mother = await world.as(await buildGuardian(world, student), 'guardian')
    const send = async (over: object = {}) => {
      const { id } = await sendLetter(world, school.admin, school.school, over)
      world.pass(MINUTE_MS)
      return id
    }
    const move = async (to: UnitRecord) => {
      await school.office(moveStudent, { studentId, classId: String(to._id) })
      await tick(world)
      world.pass(MINUTE_MS)
    }
    const titles = async () => (await mother(listMyLetters, { studentId })).letters.map((it) => it.title)
    return { ...school, one, two, studentId, mother, send, move, titles }
  }

  it('goes from the sheet of the old class to that of the new one, and back again', async () => {
    const { one, two, send, move } = await scene()
    const id = await send()

    await move(two)
    expect(await sheetIn(id, one)).toMatchObject({ expected: 0, reached: 0, roster: [] })
    expect(await sheetIn(id, two)).toMatchObject({ expected: 2, reached: 1 })

    await move(one)
    expect(await sheetIn(id, one)).toMatchObject({ expected: 1, reached: 1 })
    expect(await sheetIn(id, two)).toMatchObject({ expected: 1, reached: 0 })
  })

  it('stays where its family has answered', async () => {
    const { one, two, send, move, mother, studentId } = await scene()
    const letterId = await send()
    await mother(confirmMyLetter, { studentId, letterId })

    await move(two)

    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 1, confirmed: 1 })
    expect(await sheetIn(letterId, two)).toMatchObject({ expected: 1 })
  })

  it('is waited for by its new class where its family has opened the letter only, and has opened it there', async () => {
    const { one, two, send, move, mother, studentId } = await scene()
    const letterId = await send()
    const opened = await mother(openMyLetter, { studentId, letterId })

    await move(two)
    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 0, reached: 0, read: 0, readBy: {} })
    expect(await sheetIn(letterId, two)).toMatchObject({ expected: 2, reached: 1, read: 1 })
    expect(await mother(openMyLetter, { studentId, letterId })).toMatchObject({
      state: 'read',
      read: opened.read,
    })

    await mother(confirmMyLetter, { studentId, letterId })
    await move(one)
    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 0, read: 0 })
    expect(await sheetIn(letterId, two)).toMatchObject({ expected: 2, read: 1, confirmed: 1 })
  })

  it('stays where its family has opened a letter that asks for no more', async () => {
    const { one, two, send, move, mother, studentId } = await scene()
    const letterId = await send({ confirmation: 'read' })
    await mother(openMyLetter, { studentId, letterId })

    await move(two)

    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 1, read: 1 })
    expect(await sheetIn(letterId, two)).toMatchObject({ expected: 1, read: 0 })
  })

  it('stays on the sheet of a letter whose last day is over', async () => {
    const { one, two, send, move } = await scene()
    const id = await send({ dueOn: '2026-11-23' })
    world.pass(DAY_MS)

    await move(two)

    expect(await sheetIn(id, one)).toMatchObject({ expected: 1 })
  })

  it('keeps the letter to its old class alone, which does not wait for it any more', async () => {
    const { one, two, send, move, titles, mother, studentId } = await scene()
    const letterId = await send({ title: '1班的信', audience: [one] })

    await move(two)

    expect(await titles()).toEqual(['1班的信'])
    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 0 })
    await mother(openMyLetter, { studentId, letterId })
    expect(await sheetIn(letterId, one)).toMatchObject({ expected: 1, reached: 1, read: 1 })
  })
})
