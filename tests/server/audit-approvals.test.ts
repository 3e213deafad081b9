import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import {
  askApproval,
  decideApproval,
  listApprovals,
  listMyApprovals,
  setSecondApprover,
  setStandingApproval,
  showNumber,
} from '#contract/audit'
import { listCertificates } from '#contract/certificates'
import { listLearnersOfClass } from '#contract/courses'
import { exportLetterSheet, readSheet, readSignedCopy, signMyLetter } from '#contract/letters'
import { listUnitCalls } from '#contract/meetings'
import { listStudents } from '#contract/org'
import { StandingModel } from '../../server/modules/audit/approvals/model.ts'
import { OPENED_WITH } from '../../server/modules/audit/approvals/rules.ts'
import { standingOf } from '../../server/modules/audit/approvals/service.ts'
import { AuditModel, type AuditRecord } from '../../server/modules/audit/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildStaff, newId } from '../support/build.ts'
import { buildClass, INK, sendLetter } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const lines = (act: string) => AuditModel.find({ act }).sort({ _id: 1 }).lean<AuditRecord[]>()
const needsApproval = (kind: string) => ({
  status: 403,
  json: {
    error: {
      code: 'approval_needed',
      message: `${kind}这份名单需要负责人同意。请在控制台的“名单审批”里写明用途，同意后24小时内有效`,
    },
  },
})

async function school() {
  const here = await buildClass(world)
  const principal = await buildStaff(here.school, 'principal', { name: '陈敏' })
  const district = await buildStaff(here.district, 'district_admin', { name: '赵局' })
  const ids = { schoolId: String(here.school._id), classId: String(here.klass._id) }
  return { ...here, principal, district, ...ids }
}

describe('standing approvals', () => {
  it('let a class teacher work on the own class from the day the school was opened', async () => {
    const { teacher, principal, classId, schoolId, school: unit } = await school()
    await (
      await world.as(teacher, 'staff')
    )(listStudents, { unitId: classId })

    const given = await (await world.as(principal, 'staff'))(listApprovals, { unitId: schoolId })
    expect(given.standing).toContainEqual(
      expect.objectContaining({
        post: 'class_teacher',
        names: 'class',
        exports: 'class',
        givenBy: null,
        from: unit._id.getTimestamp().toISOString(),
      }),
    )
    const [line] = await lines('families.listed')
    expect(line?.approval).toMatchObject({ ground: 'standing', approverId: null })
    expect(String(line?.approval?.approvalId)).toBe(
      given.standing.find((it) => it.post === 'class_teacher')?.id,
    )
  })

  it('are taken back by the principal, on record, and given again under the own name', async () => {
    const { teacher, principal, classId, schoolId } = await school()
    const as = await world.as(teacher, 'staff')
    const set = async (names: 'class' | null) =>
      (await world.as(principal, 'staff'))(setStandingApproval, {
        unitId: schoolId,
        post: 'class_teacher',
        names,
        exports: null,
        words: names ? '本学期' : '资料外泄，暂停',
      })

    await as(listStudents, { unitId: classId })
    await set(null)
    await expect(as(listStudents, { unitId: classId })).rejects.toMatchObject(needsApproval('查看'))
    const again = await set('class')
    world.pass(600_000)
    await as(listStudents, { unitId: classId })

    expect(again.standing.find((it) => it.post === 'class_teacher')).toMatchObject({ givenBy: '陈敏' })
    expect(await StandingModel.countDocuments({ post: 'class_teacher' })).toBe(2)
    expect((await lines('approval.standing')).map((it) => it.detail)).toEqual([
      '班主任：收回长期授权（资料外泄，暂停）',
      '班主任：查看一个班，导出需逐次申请（本学期）',
    ])
    expect(String((await lines('families.listed')).at(-1)?.approval?.approverId)).toBe(principal)
  })

  it('are kept by who answers for the school, and for no post that sees no names or answers itself', async () => {
    const { office, principal, schoolId, classId } = await school()
    const given = { post: 'class_teacher', names: 'school', exports: 'school', words: '更多' } as const
    await expect(
      (await world.as(office, 'staff'))(setStandingApproval, { unitId: schoolId, ...given }),
    ).rejects.toMatchObject({ status: 403 })
    const as = await world.as(principal, 'staff')
    for (const post of ['teacher', 'principal'] as const) {
      await expect(as(setStandingApproval, { unitId: schoolId, ...given, post })).rejects.toMatchObject({
        status: 400,
      })
    }
    await expect(as(setStandingApproval, { unitId: classId, ...given })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('has the database refuse two in force for one post', async () => {
    const { school: unit } = await school()
    const one = { unitId: unit._id, path: unit.path, post: 'class_teacher', words: '一', from: new Date() }
    await StandingModel.create(one)
    await expect(StandingModel.create(one)).rejects.toMatchObject({ code: 11000 })
  })
})

describe('single approvals', () => {
  it('carry a table of the whole school for a day, with asker, approver and watermark', async () => {
    const { office, principal, school: unit, schoolId, teacher } = await school()
    const letter = await sendLetter(world, office, unit)
    const as = await world.as(office, 'staff')
    const wanted = { letterId: letter.id, unitId: schoolId }
    await expect(as(exportLetterSheet, wanted)).rejects.toMatchObject(needsApproval('导出'))

    const asked = await as(askApproval, { unitId: schoolId, kind: 'exports', words: '打印存档' })
    expect(await as(askApproval, { unitId: schoolId, kind: 'exports', words: '打印存档' })).toMatchObject({
      id: asked.id,
    })
    await expect(as(exportLetterSheet, wanted)).rejects.toMatchObject({ status: 403 })
    const decide = await world.as(principal, 'staff')
    const { requests } = await decide(listApprovals, { unitId: schoolId })
    expect(requests).toMatchObject([{ id: asked.id, askedBy: '王校长', abilities: { decide: true } }])
    await decide(decideApproval, { approvalId: asked.id, approve: true })
    expect((await as(listMyApprovals, {})).requests).toMatchObject([
      { status: 'approved', decidedBy: '陈敏' },
    ])

    const { link } = await as(exportLetterSheet, wanted)
    const response = await world.send(null, 'GET', `/api${link}`)
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await response.arrayBuffer())
    const sheet = book.worksheets[0]
    const mark = sheet?.lastRow?.getCell(1).text
    expect(mark).toMatch(/^导出人 王校长 · 实验中学\d+ · \d+月\d+日\(周.\) \d\d:\d\d · 仅限本校工作使用$/)
    expect(sheet?.headerFooter.oddFooter).toContain('导出人 王校长')
    const [line] = await lines('export.made')
    expect(line).toMatchObject({ post: 'school_admin', coversUnit: true, approval: { ground: 'single' } })
    expect(String(line?.approval?.approvalId)).toBe(asked.id)
    expect(String(line?.approval?.approverId)).toBe(principal)

    // It was given to one person, one kind, and for a day.
    await expect((await world.as(teacher, 'staff'))(exportLetterSheet, wanted)).rejects.toMatchObject({
      status: 404,
    })
    world.pass(24 * 3_600_000 + 1000)
    await expect(as(exportLetterSheet, wanted)).rejects.toMatchObject({ status: 403 })
  })

  it('are decided once, by somebody else, with words where they are refused', async () => {
    const { office, principal, district, schoolId } = await school()
    const as = await world.as(office, 'staff')
    const { id } = await as(askApproval, { unitId: schoolId, kind: 'exports', words: '核对' })
    const [one, other] = [await world.as(principal, 'staff'), await world.as(district, 'staff')]
    await expect(one(decideApproval, { approvalId: id, approve: false })).rejects.toMatchObject({
      status: 400,
    })
    await expect(as(decideApproval, { approvalId: id, approve: true })).rejects.toMatchObject({ status: 403 })

    const both = await Promise.allSettled([
      one(decideApproval, { approvalId: id, approve: false, words: '用途不清' }),
      other(decideApproval, { approvalId: id, approve: false, words: '请先和学校商量' }),
    ])
    expect(both.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await lines('approval.decided')).length).toBe(1)
    expect((await as(listMyApprovals, {})).requests[0]?.status).toBe('refused')
  })

  it('of a principal who may not export alone are the district’s to decide', async () => {
    const { principal, district, office, school: unit, schoolId } = await school()
    const letter = await sendLetter(world, office, unit)
    const [as, above] = [await world.as(principal, 'staff'), await world.as(district, 'staff')]
    const wanted = { letterId: letter.id, unitId: schoolId }
    await as(exportLetterSheet, wanted)
    await expect(as(setSecondApprover, { unitId: schoolId, isNeeded: true })).rejects.toMatchObject({
      status: 403,
    })
    expect(await above(setSecondApprover, { unitId: schoolId, isNeeded: true })).toMatchObject({
      needsSecond: true,
    })
    await expect(as(exportLetterSheet, wanted)).rejects.toMatchObject(needsApproval('导出'))

    const { id } = await as(askApproval, { unitId: schoolId, kind: 'exports', words: '上报' })
    await expect(as(decideApproval, { approvalId: id, approve: true })).rejects.toMatchObject({
      json: { error: { message: '不能审批自己的申请，请另一位负责人或上级来定' } },
    })
    expect((await as(listApprovals, { unitId: schoolId })).requests[0]?.abilities.decide).toBe(false)
    await above(decideApproval, { approvalId: id, approve: true, words: '限本次' })
    await as(exportLetterSheet, wanted)
  })

  it('of another school do not exist', async () => {
    const [here, there] = [await school(), await school()]
    const as = await world.as(here.office, 'staff')
    const { id } = await as(askApproval, { unitId: here.schoolId, kind: 'exports', words: '核对' })
    await expect(
      (await world.as(there.principal, 'staff'))(decideApproval, { approvalId: id, approve: true }),
    ).rejects.toMatchObject({ status: 404, json: { error: { message: '没有这个申请' } } })
    await expect(
      as(askApproval, { unitId: there.schoolId, kind: 'names', words: '看看' }),
    ).rejects.toMatchObject({
      status: 404,
    })
  })
})

it('refuses every list of names without an approval, and leaves no line of a view that was not (S11)', async () => {
  const { teacher, principal, office, school: unit, schoolId, classId } = await school()
  const letter = await sendLetter(world, office, unit)
  await (
    await world.as(principal, 'staff')
  )(setStandingApproval, {
    unitId: schoolId,
    post: 'class_teacher',
    names: null,
    exports: null,
    words: '停用',
  })
  const as = await world.as(teacher, 'staff')
  const views = [
    () => as(listStudents, { unitId: classId }),
    () => as(readSheet, { letterId: letter.id, classId }),
    () => as(listUnitCalls, { unitId: classId }),
    () => as(listLearnersOfClass, { classId, code: 'grade7' }),
    () => as(listCertificates, { unitId: classId, search: '张三' }),
    () => as(exportLetterSheet, { letterId: letter.id, unitId: classId }),
  ]
  for (const view of views)
    await expect(view()).rejects.toMatchObject({ status: 403, json: { error: { code: 'approval_needed' } } })
  expect((await as(listCertificates, { unitId: classId })).abilities.searchNames).toBe(false)
  expect(await AuditModel.countDocuments({ actorId: teacher, act: { $nin: ['approval.asked'] } })).toBe(0)
})

it('writes a list that is asked for again and again once in ten minutes, an export every time', async () => {
  const { teacher, classId, school: unit, office } = await school()
  const letter = await sendLetter(world, office, unit)
  const as = await world.as(teacher, 'staff')
  world.goTo('2026-11-25T08:00:01Z')
  for (let at = 0; at < 5; at++) await as(listStudents, { unitId: classId })
  await as(readSheet, { letterId: letter.id, classId })
  expect(await lines('families.listed')).toHaveLength(1)
  expect(await lines('sheet.read')).toHaveLength(1)
  world.pass(600_000)
  await as(listStudents, { unitId: classId })
  expect(await lines('families.listed')).toHaveLength(2)

  const { link } = await as(exportLetterSheet, { letterId: letter.id, unitId: classId })
  expect(await lines('export.made')).toHaveLength(0)
  await world.send(null, 'GET', `/api${link}`)
  await world.send(null, 'GET', `/api${link}`)
  expect(await lines('export.made')).toHaveLength(2)
})

describe('one number', () => {
  async function bondOf(studentId: unknown) {
    const bond = await GuardianshipModel.findOne({ studentId: String(studentId) }).lean()
    return String(bond?._id)
  }

  it('is shown for a reason, which stands in the log without any number', async () => {
    const { teacher, zhang } = await school()
    const guardianshipId = await bondOf(zhang._id)
    const { phone } = await (
      await world.as(teacher, 'staff')
    )(showNumber, {
      studentId: String(zhang._id),
      guardianshipId,
      reason: 'urgent',
      words: '发烧了，打13912345678没人接',
    })
    expect(phone).toMatch(/^139\d{8}$/)
    const [line] = await lines('phone.shown')
    expect(line).toMatchObject({ detail: '妈妈的号码（紧急情况）：发烧了，打…没人接', post: 'class_teacher' })
    expect(line?.studentIds.map(String)).toEqual([String(zhang._id)])
  })

  it('is not shown without words, outside the own class, or to who has asked for a whole list of them', async () => {
    const [here, there] = [await school(), await school()]
    const as = await world.as(here.teacher, 'staff')
    const said = { reason: 'talk', words: '作业' } as const
    const ours = { studentId: String(here.zhang._id), guardianshipId: await bondOf(here.zhang._id) }
    const theirs = { studentId: String(there.zhang._id), guardianshipId: await bondOf(there.zhang._id) }
    const blank = await world.send(
      await world.tokenOf(here.teacher, 'staff'),
      'POST',
      `/api/students/${ours.studentId}/guardians/${ours.guardianshipId}/number`,
      { reason: 'talk', words: '  ' },
    )
    expect(blank.status).toBe(400)
    await expect(as(showNumber, { ...theirs, ...said })).rejects.toMatchObject({ status: 404 })
    await expect(
      as(showNumber, { ...ours, guardianshipId: theirs.guardianshipId, ...said }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(as(showNumber, { ...ours, guardianshipId: newId(), ...said })).rejects.toMatchObject({
      status: 404,
    })

    for (let at = 0; at < 30; at++) await as(showNumber, { ...ours, ...said })
    await expect(as(showNumber, { ...ours, ...said })).rejects.toMatchObject({ status: 429 })
    expect(await lines('phone.shown')).toHaveLength(30)
  })
})

it('takes down who opened a signed copy', async () => {
  const { teacher, mother, zhang, office, school: unit, classId } = await school()
  const letter = await sendLetter(world, office, unit, { confirmation: 'sign' })
  const of = { studentId: String(zhang._id), letterId: letter.id }
  await (
    await world.as(mother, 'guardian')
  )(signMyLetter, { ...of, ...INK })
  await (
    await world.as(teacher, 'staff')
  )(readSignedCopy, { ...of, classId })
  expect((await lines('copy.opened'))[0]).toMatchObject({ detail: '《开学前，给家长的一封信》' })
})

it('opens a school with all its approvals at once: whoever asks in the same moment finds every one', async () => {
  const { school, klass } = await buildClass(world)
  const ask = () => standingOf(String(school._id), klass.path)

  const found = await Promise.all(Array.from({ length: 16 }, ask))

  expect(new Set(found.map((it) => it.length))).toEqual(new Set([OPENED_WITH.length]))
  expect(await StandingModel.countDocuments()).toBe(OPENED_WITH.length)
})
