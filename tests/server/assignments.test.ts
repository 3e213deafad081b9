import exceljs from 'exceljs'
import { beforeEach, describe, expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { listMyMessages } from '#contract/notify'
import { applyPromotion, beginPromotion } from '#contract/promotion'
import {
  beginAssignment,
  decideAssigned,
  listAssigned,
  listAssignedGroups,
  readAssignment,
  sendAssignment,
} from '#contract/transfers'
import { addClasses } from '#contract/tree'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { GroupModel } from '../../server/modules/org/transfers/assignments/model.ts'
import { tendGroups } from '../../server/modules/org/transfers/assignments/waiting/service.ts'
import { matchOf, readHeading, readLine } from '../../server/modules/org/transfers/rules.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildGuardian } from '../support/build.ts'
import { buildDistrict, buildSchool, fillClass } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2027-07-20T02:00:00Z'))

async function scene() {
  const office = await buildDistrict(world)
  const primary = await buildSchool(world, office, { schoolType: 'primary', grades: [6], classes: 1 })
  const junior = await buildSchool(world, office, { grades: [7], schoolYear: 2027 })
  const students = await fillClass(primary.classOf('六年级1班'), 4)
  const unitId = String(office.district._id)
  return {
    ...office,
    unitId,
    primary,
    junior,
    students,
    schoolId: String(junior.school._id),
    classIds: ['七年级1班', '七年级2班'].map((it) => String(junior.classOf(it)._id)),
    lines: (to = junior.school.name) => students.map((it) => [it.number, it.name, to]),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

async function upload(
  { call, admin, unitId }: Scene,
  rows: string[][],
  head = ['学号', '学生姓名', '新学校'],
) {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet('名单')
  sheet.addRow(head)
  for (const row of rows) sheet.addRow(row)
  const bytes = Buffer.from(await book.xlsx.writeBuffer())
  const begun = await call(beginAssignment, { unitId, fileName: '小升初名单.xlsx', bytes: bytes.length })
  const response = await fetch(`${world.origin()}/api${begun.uploadPath}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${await world.tokenOf(admin, 'staff')}` },
    body: new Uint8Array(bytes),
  })
  expect(response.status).toBe(200)
  const read = () => call(readAssignment, { assignmentId: begun.assignmentId })
  await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toMatch(/checked|refused/)
  return read()
}

const settled = (assignmentId: string) =>
  expect
    .poll(async () => (await GroupModel.findOne({ assignmentId }).lean())?.status, { timeout: 20_000 })
    .toBe('applied')

describe('an assignment list', () => {
  it('is looked through, sent, confirmed by the school, and carried out', async () => {
    const built = await scene()
    const { call, junior, primary, students, schoolId, classIds, lines } = built
    const [first] = students
    if (!first) throw new Error('No student')
    const mother = await buildGuardian(world, first)

    const checked = await upload(built, lines())
    expect(checked).toMatchObject({ rows: 4, problems: 0, groups: [{ students: 4, status: 'checked' }] })
    expect((await junior.office(listAssignedGroups, { unitId: schoolId })).groups).toEqual([])
    const { id: assignmentId } = await call(sendAssignment, { assignmentId: checked.id })
    const { students: shown } = await junior.office(listAssigned, { assignmentId, schoolId })
    expect(shown.map((it) => [it.name, it.fromSchool])).toEqual(
      students.map((it) => [it.name, primary.school.name]),
    )
    await junior.office(decideAssigned, { assignmentId, schoolId, accept: true, classIds })
    await settled(assignmentId)

    const moved = await StudentModel.find({}).sort({ number: 1 }).lean()
    expect(moved.map((it) => String(it.classId))).toEqual([0, 1, 0, 1].map((at) => classIds[at]))
    expect((await (await world.as(mother, 'guardian'))(readMe, {})).children[0]).toMatchObject({
      className: '七年级1班',
    })
    const acts = await AuditModel.find({ act: 'transfer.accepted', studentIds: first._id }).lean()
    expect(acts).toHaveLength(2)
    await expect(
      junior.office(decideAssigned, { assignmentId, schoolId, accept: true, classIds }),
    ).rejects.toMatchObject({ status: 409 })
  })

  it('takes up those who graduated this summer', async () => {
    const built = await scene()
    const { call, primary, junior, schoolId, classIds, lines } = built
    const { id } = await primary.office(beginPromotion, { unitId: String(primary.school._id) })
    await primary.office(applyPromotion, { promotionId: id })
    await expect
      .poll(async () => (await PromotionModel.findById(id).lean())?.status, { timeout: 20_000 })
      .toBe('applied')
    expect(await StudentModel.countDocuments({ leftReason: 'graduated' })).toBe(4)

    const checked = await upload(built, lines())
    await call(sendAssignment, { assignmentId: checked.id })
    await junior.office(decideAssigned, { assignmentId: checked.id, schoolId, accept: true, classIds })
    await settled(checked.id)

    expect(await StudentModel.countDocuments({ leftAt: null, schoolId })).toBe(4)
    const [one] = await StudentModel.find({}).lean()
    expect(one?.memberships.map((it) => it.to === null)).toEqual([false, true])
  })

  it('says of each line what is wrong with it, and sends the others', async () => {
    const built = await scene()
    const { students, junior, lines } = built
    const [a, b] = students
    const to = junior.school.name
    const checked = await upload(built, [
      ...lines().slice(0, 2),
      [a?.number ?? '', a?.name ?? '', to],
      [b?.number ?? '', '别的名字', to],
      ['99999', '没有', to],
      [students[2]?.number ?? '', students[2]?.name ?? '', '没有的中学'],
      ['', '空', to],
    ])

    expect(checked.errors.map((it) => it.problem)).toEqual([
      '与第2行是同一名学生',
      `学号${b?.number}的学生不叫“别的名字”`,
      '没有找到学号99999',
      '本市没有“没有的中学”，请写学校的全称',
      '缺少学号',
    ])
    expect(checked).toMatchObject({ rows: 7, problems: 5, groups: [{ students: 2 }] })
  })

  it('is sent back by the school with a reason, and nobody has moved', async () => {
    const built = await scene()
    const { call, junior, schoolId, classIds, lines } = built
    const { id: assignmentId } = await call(sendAssignment, {
      assignmentId: (await upload(built, lines())).id,
    })

    await expect(
      junior.office(decideAssigned, { assignmentId, schoolId, accept: true, classIds: [] }),
    ).rejects.toMatchObject({ status: 400 })
    const declined = await junior.office(decideAssigned, {
      assignmentId,
      schoolId,
      accept: false,
      reason: '名单里有两名学生不在本校学区',
    })

    expect(declined).toMatchObject({ status: 'declined', abilities: { decide: false } })
    expect(await StudentModel.countDocuments({ schoolId })).toBe(0)
    expect(classIds).toHaveLength(2)
  })

  it('reminds a school that does not answer, and ends after thirty days, which the district hears once', async () => {
    const built = await scene()
    const { call, admin, junior, schoolId, classIds, lines } = built
    const heard = async (personId: string) =>
      (await (await world.as(personId, 'staff'))(listMyMessages, {})).messages.map((it) => it.title)
    const after = async (days: number) => {
      world.pass(days * 86_400_000)
      await Promise.all([tendGroups(world.deps()), tendGroups(world.deps())])
      await tendGroups(world.deps())
    }
    const { id: assignmentId } = await call(sendAssignment, {
      assignmentId: (await upload(built, lines())).id,
    })
    await after(6.9)
    expect(await heard(junior.admin)).toEqual(['有一份分配名单等本校确认'])
    await after(0.2)
    expect((await heard(junior.admin))[0]).toBe('有一份分配名单还在等本校确认')
    await after(14)
    expect(await heard(junior.admin)).toHaveLength(3)
    expect(await heard(admin)).toEqual([])
    await after(9)
    const { groups } = await (await world.as(admin, 'staff'))(readAssignment, { assignmentId })
    expect(groups).toMatchObject([
      { status: 'expired', reason: '30天没有等到确认，自动结束', abilities: { decide: false } },
    ])
    await OutboxModel.deleteMany({})
    await after(0)
    expect(await heard(admin)).toEqual(['一份分配名单到期结束了'])
    const late = { assignmentId, schoolId, accept: true, classIds }
    await expect((await world.as(junior.admin, 'staff'))(decideAssigned, late)).rejects.toMatchObject({
      status: 409,
    })
    expect(await StudentModel.countDocuments({ schoolId })).toBe(0)
  })

  it('refuses a sheet that is no such list', async () => {
    const built = await scene()
    const refused = await upload(built, [['甲', '乙', '丙']], ['一', '二', '三'])
    expect(refused).toMatchObject({ status: 'refused', refusal: '表头里要有“学号”“学生姓名”和“新学校”' })
  })

  it('moves who can be moved when a number is taken', async () => {
    const built = await scene()
    const { call, junior, schoolId, lines, students, unitId } = built
    await junior.office(addClasses, { unitId: schoolId, grade: 7, schoolYear: 2027, count: 2 })
    const klass = await UnitModel.findOne({ kind: 'class', path: new RegExp(schoolId) }).lean()
    if (!klass || !students[0]) throw new Error('No class')
    const where = { classId: klass._id, path: klass.path }
    await StudentModel.create({ ...where, schoolId, number: students[0].number, name: '早在的' })
    const { id: assignmentId } = await call(sendAssignment, {
      assignmentId: (await upload(built, lines())).id,
    })
    await junior.office(decideAssigned, {
      assignmentId,
      schoolId,
      accept: true,
      classIds: [String(klass._id)],
    })
    await settled(assignmentId)

    const { groups } = await call(readAssignment, { assignmentId })
    expect(groups).toMatchObject([{ moved: 3, failed: 1 }])
    expect(unitId).toBeTruthy()
    const { students: shown } = await junior.office(listAssigned, { assignmentId, schoolId })
    expect(shown[0]).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('请填一个新学号') as unknown,
    })
  })
})

describe('its columns', () => {
  it('go by many names', () => {
    const { at, missing } = readHeading(['序号', '学籍号（必填）', '姓名', '录取学校', '毕业学校'])
    expect(missing).toEqual([])
    expect(readLine(['1', 'Ｇ3601', '张 三', '实验中学', '一小'], at).line).toEqual({
      number: 'G3601',
      name: '张 三',
      toSchool: '实验中学',
      fromSchool: '一小',
      newNumber: '',
    })
    expect(readHeading(['学号', '班级']).missing).toEqual(['学生姓名', '新学校'])
  })

  it('need the present school where a number is used twice', () => {
    const line = { number: '1', name: '张三', toSchool: '中学', fromSchool: '', newNumber: '' }
    const twins = ['一小', '二小'].map((schoolName) => ({ _id: 1, name: '张三', schoolName, hasLeft: false }))
    expect(matchOf(line, twins)).toContain('现学校')
    expect(matchOf({ ...line, fromSchool: '二小' }, twins)).toMatchObject({ schoolName: '二小' })
  })
})
