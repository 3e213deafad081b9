import { describe, expect, it } from 'vitest'
import {
  bookSlot,
  cancelCall,
  cancelMyCall,
  closeSlot,
  listFreeSlots,
  listMyCalls,
  listMySlots,
  listUnitCalls,
  openSlots,
  readCallNumber,
} from '#contract/meetings'
import { SlotModel, type SlotRecord } from '../../server/modules/meetings/model.ts'
import { overlaps, spansOf } from '../../server/modules/meetings/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const NOW = '2026-11-23T01:00:00Z'
const AFTERNOON = {
  days: ['2026-11-25'],
  from: '16:00',
  until: '18:00',
  lengthMinutes: 15,
  gapMinutes: 5,
  way: 'phone' as const,
}

async function scene() {
  world.goTo(NOW)
  const branch = await buildBranch()
  const teacher = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const student = await buildStudent(branch.klass, { name: '张三' })
  const guardian = await buildGuardian(world, student)
  const unitId = String(branch.klass._id)
  const asTeacher = await world.as(teacher, 'staff')
  const asGuardian = await world.as(guardian, 'guardian')
  const { slots } = await asTeacher(openSlots, { unitId, ...AFTERNOON })
  const slotId = slots[0]?.id ?? ''
  const studentId = String(student._id)
  return { ...branch, teacher, student, studentId, guardian, unitId, asTeacher, asGuardian, slots, slotId }
}

describe('spansOf', () => {
  it('fits exactly six calls of 15 minutes with 5 between into 16:00 to 18:00', () => {
    const spans = spansOf({ ...AFTERNOON, day: '2026-11-25' })
    expect(spans).toHaveLength(6)
    expect(spans[0]?.startAt.toISOString()).toBe('2026-11-25T08:00:00.000Z')
    expect(spans[5]?.endAt.toISOString()).toBe('2026-11-25T09:55:00.000Z')
  })

  it('never makes calls that overlap, whatever the length and gap', () => {
    for (let length = 5; length <= 60; length += 5) {
      for (let gap = 0; gap <= 30; gap += 5) {
        const spans = spansOf({ ...AFTERNOON, day: '2026-11-25', lengthMinutes: length, gapMinutes: gap })
        const clashes = spans.flatMap((a, at) => spans.slice(at + 1).filter((b) => overlaps(a, b)))
        expect(clashes).toEqual([])
      }
    }
  })
})

describe('openSlots', () => {
  it('refuses slots that overlap those of the same teacher, also when both are opened at once', async () => {
    const { asTeacher, unitId, slots } = await scene()
    expect(slots).toHaveLength(6)
    await expect(
      asTeacher(openSlots, { unitId, ...AFTERNOON, from: '17:50', until: '18:30' }),
    ).rejects.toMatchObject({ status: 409 })

    const next = { unitId, ...AFTERNOON, days: ['2026-11-26'] }
    const attempts = await Promise.allSettled([
      asTeacher(openSlots, { ...next, from: '09:00', until: '09:20', lengthMinutes: 20 }),
      asTeacher(openSlots, { ...next, from: '09:10', until: '09:30', lengthMinutes: 20 }),
    ])
    expect(attempts.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('refuses the past and a stretch too short for one call', async () => {
    const { asTeacher, unitId } = await scene()
    await expect(asTeacher(openSlots, { unitId, ...AFTERNOON, days: ['2026-11-20'] })).rejects.toMatchObject({
      status: 400,
    })
    await expect(
      asTeacher(openSlots, { unitId, ...AFTERNOON, from: '09:00', until: '09:10' }),
    ).rejects.toMatchObject({ status: 400 })
  })

  it("refuses another school's class as if it were not there", async () => {
    const { asTeacher } = await scene()
    const other = await buildBranch()
    await expect(
      asTeacher(openSlots, { unitId: String(other.klass._id), ...AFTERNOON }),
    ).rejects.toMatchObject({ status: 404 })
  })
})

describe('bookSlot', () => {
  it('gives the slot to the family, tells both sides, and finds the same booking when pressed twice', async () => {
    const { asGuardian, asTeacher, studentId, slotId, guardian, teacher } = await scene()
    const { slots } = await asGuardian(listFreeSlots, { studentId })
    expect(slots).toHaveLength(6)

    const call = await asGuardian(bookSlot, { studentId, slotId, topic: '最近睡得晚' })
    expect(call).toMatchObject({ teacherName: '李文老师', status: 'booked', abilities: { cancel: true } })
    expect((await asGuardian(bookSlot, { studentId, slotId, topic: '最近睡得晚' })).id).toBe(call.id)

    const told = await OutboxModel.find({ kind: 'callBooked' }).lean()
    expect(told.map((it) => String(it.personId)).sort()).toEqual([guardian, teacher].sort())
    const mine = await asTeacher(listMySlots, { from: '2026-11-25' })
    expect(mine.slots[0]?.booking).toMatchObject({ studentName: '张三', topic: '最近睡得晚' })
  })

  it('has the database refuse a second live slot of a teacher and a second booking of a child at one time', async () => {
    const { asGuardian, studentId, slotId, grade } = await scene()
    await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
    const slot = await SlotModel.findById(slotId).lean<SlotRecord>()
    const copy = { ...slot, _id: newId(), booking: null, status: 'open' }
    await expect(SlotModel.collection.insertOne(copy as never)).rejects.toMatchObject({ code: 11000 })

    const colleague = await world.as(await buildStaff(grade, 'grade_head'), 'staff')
    const { slots } = await colleague(openSlots, { unitId: String(grade._id), ...AFTERNOON })
    await expect(
      asGuardian(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '学习' }),
    ).rejects.toMatchObject({ status: 409, json: { error: { message: '孩子在这个时间已经有一个预约了' } } })
  })

  it("refuses another family's child and a slot of another class", async () => {
    const { asGuardian, slotId, studentId, klass } = await scene()
    const stranger = await buildStudent(klass)
    await expect(
      asGuardian(bookSlot, { studentId: String(stranger._id), slotId, topic: '学习' }),
    ).rejects.toMatchObject({ status: 404 })
    const other = await scene()
    await expect(
      asGuardian(bookSlot, { studentId, slotId: other.slotId, topic: '学习' }),
    ).rejects.toMatchObject({ status: 404 })
  })
})

describe('cancelling', () => {
  it('frees the slot when the family cancels, keeps the reason and takes the reminders back', async () => {
    const { asGuardian, studentId, slotId } = await scene()
    await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
    await asGuardian(cancelMyCall, { slotId, reason: '$now 临时加班' })

    expect((await asGuardian(listFreeSlots, { studentId })).slots).toHaveLength(6)
    const { calls } = await asGuardian(listMyCalls, {})
    expect(calls).toMatchObject([
      { status: 'cancelled', cancelledBy: 'guardian', reason: '$now 临时加班', abilities: { cancel: false } },
    ])
    expect(await OutboxModel.countDocuments({ kind: 'callReminder', status: 'pending' })).toBe(0)
    await expect(asGuardian(cancelMyCall, { slotId, reason: '再按一次' })).rejects.toMatchObject({
      status: 409,
    })
    await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
  })

  it('does not offer the time again when the teacher cancels', async () => {
    const { asGuardian, asTeacher, studentId, slotId } = await scene()
    await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
    await asTeacher(cancelCall, { slotId, reason: '临时教研' })

    expect((await asGuardian(listFreeSlots, { studentId })).slots).toHaveLength(5)
    expect((await asGuardian(listMyCalls, {})).calls[0]).toMatchObject({
      cancelledBy: 'teacher',
      reason: '临时教研',
    })
  })

  it("leaves another family's booking alone", async () => {
    const { asGuardian, studentId, slotId, klass } = await scene()
    await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
    const other = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    await expect(other(cancelMyCall, { slotId, reason: '不是我的' })).rejects.toMatchObject({ status: 404 })
  })
})

it('takes back a free slot, but not a booked one', async () => {
  const { asGuardian, asTeacher, studentId, slots, slotId } = await scene()
  await asTeacher(closeSlot, { slotId: slots[1]?.id ?? '' })
  await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
  await expect(asTeacher(closeSlot, { slotId })).rejects.toMatchObject({ status: 409 })
  expect((await asGuardian(listFreeSlots, { studentId })).slots).toHaveLength(4)
})

it('shows the school its calls, and the number only to the teacher who is booked', async () => {
  const { asGuardian, asTeacher, studentId, slotId, school, grade } = await scene()
  await asGuardian(bookSlot, { studentId, slotId, topic: '学习' })
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const page = await admin(listUnitCalls, { unitId: String(school._id) })
  expect(page).toMatchObject({ bookedCount: 1, openCount: 5, calls: [{ studentName: '张三' }] })
  expect(JSON.stringify(page)).not.toMatch(/1[3-9]\d{9}/)

  expect((await asTeacher(readCallNumber, { slotId })).phone).toMatch(/^139\d{8}$/)
  const head = await world.as(await buildStaff(grade, 'grade_head'), 'staff')
  await expect(head(readCallNumber, { slotId })).rejects.toMatchObject({ status: 404 })
})
