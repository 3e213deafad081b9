import { beforeEach, expect, it } from 'vitest'
import { askToJoin, decideJoin } from '#contract/org'
import { leaveFamily } from '#contract/families'
import { listMyMessages } from '#contract/notify'
import { decideTransfer, proposeTransfer } from '#contract/transfers'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStudent, newId } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Call = Awaited<ReturnType<typeof world.as>>

/** What the list of messages says of letters that wait. */
const waitingIn = async (call: Call) =>
  (await call(listMyMessages, {})).messages.map((it) => it.text).filter((it) => it.includes('还没有看'))

async function joining() {
  const built = await buildClass(world)
  const teacher = await world.as(built.teacher, 'staff')
  const person = await PersonModel.create({ wxOpenId: `o-${newId()}` })
  const call = await world.as(String(person._id), 'guardian')
  const klass = await UnitModel.findById(built.klass._id).lean<UnitRecord>()
  const join = async () => {
    const said = { code: klass?.joinCode ?? '', studentName: '李四', guardianName: '李芳', relation: '妈妈' }
    const { id } = await call(askToJoin, said)
    await teacher(decideJoin, { joinId: id, approve: true, studentId: String(built.li._id) })
    await tick(world)
    world.pass(MINUTE_MS)
    await tick(world)
  }
  const send = async (dueOn?: string) => {
    await sendLetter(world, built.office, built.school, dueOn ? { dueOn } : {})
    await tick(world)
    world.pass(MINUTE_MS)
  }
  return { ...built, join, send, call }
}

it('tells a guardian who joins late once of all letters that are open', async () => {
  const { send, join, call, mother } = await joining()
  await send('2026-11-23')
  await send()
  await send('2026-12-30')
  world.pass(DAY_MS)

  await join()

  expect(await waitingIn(call)).toEqual(['您有2封信还没有看（李四）。请打开家长信看一看。'])
  expect(await waitingIn(await world.as(mother, 'guardian'))).toEqual([])
})

it('says nothing where nothing is open, and nothing of the child to who has left it again', async () => {
  const { send, join, call, li } = await joining()
  await send('2026-11-23')
  world.pass(DAY_MS)
  await join()
  expect(await waitingIn(call)).toEqual([])

  await call(leaveFamily, { studentId: String(li._id), notMine: false })
  await send()
  await join()
  await call(leaveFamily, { studentId: String(li._id), notMine: false })
  expect(await waitingIn(call)).toEqual([])
})

it('tells the family of a child who moves of what its new school had written before, and of nothing it knows', async () => {
  const here = await buildDistrict(world)
  const giving = await buildSchool(world, here, { grades: [7], classes: 1 })
  const receiving = await buildSchool(world, here, { grades: [7], classes: 1 })
  const student = await buildStudent(giving.classOf('七年级1班'), { name: '张三' })
  const mother = await world.as(await buildGuardian(world, student), 'guardian')
  await sendLetter(world, here.admin, here.district)
  await sendLetter(world, giving.admin, giving.school)
  await sendLetter(world, receiving.admin, receiving.school)
  await tick(world)
  await tick(world)
  world.pass(MINUTE_MS)
  const toSchoolId = String(receiving.school._id)
  const classId = String(receiving.classOf('七年级1班')._id)

  const { id } = await giving.office(proposeTransfer, { studentId: String(student._id), toSchoolId })
  await receiving.office(decideTransfer, { transferId: id, accept: true, classId })
  await tick(world)
  await tick(world)

  expect(await waitingIn(mother)).toEqual(['您有1封信还没有看（张三）。请打开家长信看一看。'])
})
