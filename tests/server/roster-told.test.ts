import { expect, it, vi } from 'vitest'
import { bookSlot, openSlots } from '#contract/meetings'
import { listMyMessages } from '#contract/notify'
import { moveStudent } from '#contract/transfers'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { HOLD_MS } from '../../server/modules/org/families/moves/service.ts'
import { ChangeModel } from '../../server/modules/org/roster/model.ts'
import { callOffListed, tellListed } from '../../server/modules/org/roster/telling/service.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { SlotModel } from '../../server/modules/meetings/model.ts'
import { shanghaiDay } from '../../server/infra/clock.ts'
import { buildStaff } from '../support/build.ts'
import { importer } from '../support/imports.ts'
import { rosterRow, writeRoster } from '../support/roster.ts'
import { useWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 20_000 })
const world = useWorld()
const NUMBER = String(rosterRow(1)[3])
const roster = (klass: string) =>
  writeRoster([rosterRow(1, { klass }), rosterRow(2, { klass: '1班' }), rosterRow(3, { klass: '2班' })])

/** A list that is written, a guardian who has joined, and a second list with the child in another class. */
async function scene() {
  const list = await importer(world)
  await list.applied(await roster('1班'))
  const student = await StudentModel.findOne({ number: NUMBER }).lean()
  const person = await PersonModel.create({ name: '刘洋', wxOpenId: 'o-listed' })
  await GuardianshipModel.updateOne(
    { studentId: student?._id },
    { personId: person._id, joinedAt: world.now() },
  )
  const move = async () => list.applied(await roster('2班'))
  const undone = (importId: string) => list.undone(importId)
  const heard = async () => {
    const call = await world.as(String(person._id), 'guardian')
    const { messages } = await call(listMyMessages, {})
    return messages.filter((one) => one.kind === 'childMoved').map((one) => one.text)
  }
  const told = async () => {
    await Promise.all([tellListed(world.deps()), tellListed(world.deps())])
    await tellListed(world.deps())
    expect(await ChangeModel.countDocuments({ news: { $in: ['held', 'due'] } })).toBe(0)
  }
  return {
    call: list.call,
    personId: String(person._id),
    studentId: String(student?._id),
    move,
    undone,
    heard,
    told,
  }
}

const NEWS =
  /^学生1现在在.*云溪中学七年级2班，班主任：还没有定，定了会显示在首页。以前的信和回执都在，不用再加入。$/

it('tells the families of a child that a list moves an hour later, once', async () => {
  const { move, heard, told } = await scene()
  await told()
  expect(await heard()).toEqual([])
  await move()
  await told()
  expect(await heard()).toEqual([])
  world.pass(HOLD_MS)
  await ChangeModel.updateMany({ news: 'told' }, { news: 'due' })
  await told()
  expect(await heard()).toEqual([expect.stringMatching(NEWS)])
})

it('tells nobody of a list that is undone within the hour', async () => {
  const { move, heard, told, undone } = await scene()
  const { id } = await move()
  await told()
  world.pass(HOLD_MS / 2)
  await undone(id)
  world.pass(HOLD_MS)
  await told()
  expect(await heard()).toEqual([])
})

it('corrects what was said of a list that is undone later', async () => {
  const { move, heard, told, undone } = await scene()
  const { id } = await move()
  await told()
  world.pass(HOLD_MS)
  expect(await heard()).toHaveLength(1)
  await undone(id)
  expect((await heard())[0]).toMatch(
    /^学校的名单先撤回了，学生1还在.*七年级1班，.*先前说的新班级请不用理会。$/,
  )
  expect(await heard()).toHaveLength(2)
})

it('leaves a child alone that was moved on by hand, and says so once', async () => {
  const { move, heard, told, undone, call, studentId } = await scene()
  const { id } = await move()
  await told()
  const first = await UnitModel.findOne({ kind: 'class', fullName: /七年级1班$/ }).lean()
  await call(moveStudent, { studentId, classId: String(first?._id) })
  world.pass(HOLD_MS)
  expect(await heard()).toEqual([expect.stringContaining('七年级1班')])
  await undone(id)
  expect(await heard()).toHaveLength(1)
})

it('calls off a call with the former teacher an hour later, unless the list is taken back by then', async () => {
  const { move, told, undone, studentId, personId } = await scene()
  const klass = await UnitModel.findOne({ kind: 'class', fullName: /七年级1班$/ }).lean<UnitRecord>()
  if (!klass) throw new Error('no class')
  const teacher = await world.as(await buildStaff(klass, 'class_teacher', { name: '李文' }), 'staff')
  const mother = await world.as(personId, 'guardian')
  const days = [shanghaiDay(new Date(world.now().getTime() + 3 * 86_400_000))]
  const times = {
    days,
    from: '16:00',
    until: '17:00',
    lengthMinutes: 20,
    gapMinutes: 0,
    way: 'phone' as const,
  }
  const { slots } = await teacher(openSlots, { unitId: String(klass._id), ...times })
  await mother(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '睡眠' })
  const booked = () => SlotModel.countDocuments({ status: 'booked' })

  const { id } = await move()
  await told()
  await undone(id)
  world.pass(HOLD_MS)
  await callOffListed(world.deps())
  expect(await booked()).toBe(1)

  await move()
  await told()
  await callOffListed(world.deps())
  expect(await booked()).toBe(1)
  world.pass(HOLD_MS)
  await Promise.all([callOffListed(world.deps()), callOffListed(world.deps())])
  await callOffListed(world.deps())
  expect(await booked()).toBe(0)
  const again = await world.as(personId, 'guardian')
  const { messages } = await again(listMyMessages, {})
  expect(messages.filter((it) => it.kind === 'callCancelled').map((it) => it.text)).toEqual([
    expect.stringContaining('孩子已经分到新的班级'),
  ])
})
