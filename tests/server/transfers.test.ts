import { describe, expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { listMyCalls, bookSlot, listFreeSlots, openSlots } from '#contract/meetings'
import { confirmMyLetter, listMyLetters } from '#contract/letters'
import { listStudents } from '#contract/org'
import {
  askForTransfer,
  decideTransfer,
  findSchools,
  listClassChoices,
  listTransfers,
  moveStudent,
  proposeTransfer,
  withdrawTransfer,
} from '#contract/transfers'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { TransferModel } from '../../server/modules/org/transfers/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { sendLetter } from '../support/letters.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** Two schools of two districts of one city, a child of the first one, its mother and its class teacher. */
async function scene() {
  world.goTo('2026-11-23T01:00:00Z')
  const here = await buildDistrict(world)
  const there = await buildDistrict(world, { city: here.city })
  const giving = await buildSchool(world, here, { grades: [7] })
  const receiving = await buildSchool(world, there, { grades: [7] })
  const student = await buildStudent(giving.classOf('七年级2班'), { name: '张三', number: '20260001' })
  const motherId = await buildGuardian(world, student)
  const studentId = String(student._id)
  const to = receiving.classOf('七年级1班')
  return {
    here,
    there,
    giving,
    receiving,
    student,
    studentId,
    toSchoolId: String(receiving.school._id),
    to,
    classId: String(to._id),
    mother: await world.as(motherId, 'guardian'),
  }
}

const now = async (studentId: string) => StudentModel.findById(studentId).lean()

describe('within a school', () => {
  it('a child changes class at once, and everybody sees the new one', async () => {
    const { giving, studentId, mother } = await scene()
    const other = giving.classOf('七年级1班')

    await giving.office(moveStudent, { studentId, classId: String(other._id) })
    await giving.office(moveStudent, { studentId, classId: String(other._id) })

    expect((await mother(readMe, {})).children.map((it) => it.className)).toEqual(['七年级1班'])
    const student = await now(studentId)
    expect(student?.memberships.map((it) => it.to === null)).toEqual([false, true])
    expect(await GuardianshipModel.distinct('path', { studentId })).toEqual([other.path])
  })

  it('is refused into another school, by a teacher, and from outside', async () => {
    const { giving, receiving, studentId, classId } = await scene()
    const teacher = await world.as(await buildStaff(giving.classOf('七年级2班'), 'class_teacher'), 'staff')
    const own = String(giving.classOf('七年级1班')._id)

    await expect(giving.office(moveStudent, { studentId, classId })).rejects.toMatchObject({ status: 404 })
    await expect(teacher(moveStudent, { studentId, classId: own })).rejects.toMatchObject({ status: 403 })
    await expect(receiving.office(moveStudent, { studentId, classId: own })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('between schools', () => {
  it('the giving school proposes, the receiving one confirms, and the old one sees nothing more', async () => {
    const { giving, receiving, studentId, toSchoolId, classId, to, mother, here } = await scene()
    const sees = async (office: typeof giving) =>
      (await office.office(listStudents, { unitId: String(office.school._id) })).students.map((it) => it.name)
    const proposed = await giving.office(proposeTransfer, { studentId, toSchoolId, note: '随父母工作调动' })
    expect(await sees(giving)).toEqual(['张三'])
    expect(await sees(receiving)).toEqual([])
    const inbox = await receiving.office(listTransfers, { unitId: toSchoolId, box: 'in' })
    expect(inbox.transfers).toMatchObject([
      { studentName: '张三', fromClass: '七年级2班', abilities: { confirm: true, withdraw: false } },
    ])

    await receiving.office(decideTransfer, { transferId: proposed.id, accept: true, classId })

    expect(await sees(giving)).toEqual([])
    expect(await sees(receiving)).toEqual(['张三'])
    const district = await here.call(listStudents, { unitId: String(here.district._id) })
    expect(district.students).toEqual([])
    const find = { unitId: toSchoolId, search: '张三' }
    expect((await receiving.office(listStudents, find)).total).toBe(1)
    expect((await mother(readMe, {})).children.map((it) => it.className)).toEqual(['七年级1班'])
    // Each school's log says when it lost or got the child.
    const acts = await AuditModel.find({ act: 'transfer.accepted', studentIds: studentId }).lean()
    expect(acts.map((it) => it.path).sort()).toEqual([giving.classOf('七年级2班').path, to.path].sort())
  })

  it('keeps the letters of the old class with the family, and nothing that is written there later', async () => {
    const { giving, receiving, studentId, toSchoolId, classId, mother } = await scene()
    const old = await sendLetter(world, giving.admin, giving.school, { title: '春游告知书' })
    world.pass(60_000)
    const { id } = await giving.office(proposeTransfer, { studentId, toSchoolId })
    await receiving.office(decideTransfer, { transferId: id, accept: true, classId })
    world.pass(60_000)
    await sendLetter(world, giving.admin, giving.school, { title: '后来的信' })
    await sendLetter(world, receiving.admin, receiving.school, { title: '新学校的信' })

    const { letters } = await mother(listMyLetters, { studentId })
    expect(letters.map((it) => it.title)).toEqual(['新学校的信', '春游告知书'])
    await mother(confirmMyLetter, { studentId, letterId: old.id })
  })

  it('calls off what was booked with the old teacher, and both hear why', async () => {
    const { giving, receiving, studentId, toSchoolId, classId, mother } = await scene()
    const teacherId = await buildStaff(giving.classOf('七年级2班'), 'class_teacher', { name: '李老师' })
    const teacher = await world.as(teacherId, 'staff')
    const times = { days: ['2026-11-25'], from: '16:00', until: '17:00', lengthMinutes: 15, gapMinutes: 5 }
    const unitId = String(giving.classOf('七年级2班')._id)
    const { slots } = await teacher(openSlots, { unitId, ...times, way: 'phone' })
    await mother(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '睡眠' })

    const { id } = await giving.office(proposeTransfer, { studentId, toSchoolId })
    await receiving.office(decideTransfer, { transferId: id, accept: true, classId })

    const { calls } = await mother(listMyCalls, {})
    expect(calls.map((it) => it.status)).toEqual(['cancelled'])
    expect(await OutboxModel.distinct('values.reason', { kind: 'callCancelled' })).toEqual([
      '孩子已经转到新的班级，这次通话先取消，欢迎和新老师另约时间',
    ])
    expect(await OutboxModel.countDocuments({ kind: 'callReminder', status: 'pending' })).toBe(0)
    expect((await mother(listFreeSlots, { studentId })).slots).toEqual([])
  })

  it('the receiving school may ask; then the giving one agrees and it confirms itself', async () => {
    const { giving, receiving, student, studentId, toSchoolId, classId } = await scene()
    const wanted = {
      unitId: toSchoolId,
      fromSchoolId: String(giving.school._id),
      number: student.number,
      studentName: '张三',
    }
    await expect(receiving.office(askForTransfer, { ...wanted, studentName: '李四' })).rejects.toMatchObject({
      json: { error: { message: '没有找到这名学生，请核对学校、学号和姓名' } },
    })

    const asked = await receiving.office(askForTransfer, wanted)
    expect(asked.abilities).toEqual({ agree: false, confirm: false, withdraw: true })
    await expect(
      receiving.office(decideTransfer, { transferId: asked.id, accept: true, classId }),
    ).rejects.toMatchObject({ status: 403 })
    const agreed = await giving.office(decideTransfer, { transferId: asked.id, accept: true })
    expect(agreed.status).toBe('proposed')
    await receiving.office(decideTransfer, { transferId: asked.id, accept: true, classId })

    expect(String((await now(studentId))?.schoolId)).toBe(toSchoolId)
  })

  it('is one at a time, may be taken back or declined with a reason, and changes nothing then', async () => {
    const { giving, receiving, studentId, toSchoolId, there } = await scene()
    const third = await buildSchool(world, there, { grades: [7] })
    const press = () => giving.office(proposeTransfer, { studentId, toSchoolId })
    const [one, two] = await Promise.all([press(), press()])
    expect(one.id).toBe(two.id)
    await expect(
      giving.office(proposeTransfer, { studentId, toSchoolId: String(third.school._id) }),
    ).rejects.toMatchObject({ status: 409 })
    await expect(receiving.office(withdrawTransfer, { transferId: one.id })).rejects.toMatchObject({
      status: 409,
    })
    await giving.office(withdrawTransfer, { transferId: one.id })

    const again = await press()
    await expect(
      receiving.office(decideTransfer, { transferId: again.id, accept: false }),
    ).rejects.toMatchObject({ json: { error: { message: '请写明不同意的原因' } } })
    const declined = await receiving.office(decideTransfer, {
      transferId: again.id,
      accept: false,
      reason: '本年级学位已满',
    })
    expect(declined).toMatchObject({ status: 'declined', reason: '本年级学位已满' })
    expect(String((await now(studentId))?.schoolId)).toBe(String(giving.school._id))
    expect(await AuditModel.countDocuments({ act: 'transfer.declined', studentIds: studentId })).toBe(1)
  })

  it('asks for a new number where the old one is taken', async () => {
    const { giving, receiving, studentId, toSchoolId, classId, to } = await scene()
    await buildStudent(to, { number: '20260001' })
    const { id } = await giving.office(proposeTransfer, { studentId, toSchoolId })

    await expect(
      receiving.office(decideTransfer, { transferId: id, accept: true, classId }),
    ).rejects.toMatchObject({
      json: { error: { message: '新学校已经有人用学号20260001，请填一个新学号' } },
    })
    expect(await TransferModel.findById(id).lean()).toMatchObject({ status: 'proposed' })
    await receiving.office(decideTransfer, { transferId: id, accept: true, classId, number: '20260099' })
    expect((await now(studentId))?.number).toBe('20260099')
  })

  it('has the database refuse a second way of one child', async () => {
    const { giving, studentId, toSchoolId } = await scene()
    await giving.office(proposeTransfer, { studentId, toSchoolId })
    const standing = await TransferModel.findOne({}).lean()

    await expect(TransferModel.create({ ...standing, _id: newId() })).rejects.toMatchObject({ code: 11000 })
  })

  it('knows the schools of its own city only, and shows nobody else that it exists', async () => {
    const { giving, receiving, studentId, toSchoolId } = await scene()
    const foreign = await buildBranch()
    const stranger = await world.as(await buildStaff(foreign.school, 'school_admin'), 'staff')
    const { id } = await giving.office(proposeTransfer, { studentId, toSchoolId })

    const { schools } = await giving.office(findSchools, { unitId: String(giving.school._id) })
    expect(schools.map((it) => it.name).sort()).toEqual([giving.school.name, receiving.school.name].sort())
    expect((await receiving.office(listClassChoices, { unitId: toSchoolId })).classes).toMatchObject([
      { name: '七年级1班' },
      { name: '七年级2班' },
    ])
    await expect(
      giving.office(proposeTransfer, { studentId, toSchoolId: String(foreign.school._id) }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(
      stranger(decideTransfer, { transferId: id, accept: true, classId: newId() }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(
      giving.office(decideTransfer, { transferId: id, accept: true, classId: newId() }),
    ).rejects.toMatchObject({ status: 403 })
  })
})
