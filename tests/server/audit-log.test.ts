import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import { exportAudit, listAudit, listViewsOfMyChild, readAuditChain, showNumber } from '#contract/audit'
import { listMyLetters } from '#contract/letters'
import { listStudents } from '#contract/org'
import { openLog } from '../../server/infra/log.ts'
import { sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function school() {
  const here = await buildClass(world)
  const auditor = await buildStaff(here.school, 'auditor', { name: '周审' })
  return { ...here, auditor, schoolId: String(here.school._id), classId: String(here.klass._id) }
}

const look = async (personId: string, unitId: string) =>
  (await world.as(personId, 'staff'))(listStudents, { unitId })

async function show(teacher: string, studentId: unknown, words = '家访') {
  const bond = await GuardianshipModel.findOne({ studentId: String(studentId) }).lean()
  await (
    await world.as(teacher, 'staff')
  )(showNumber, {
    studentId: String(studentId),
    guardianshipId: String(bond?._id),
    reason: 'talk',
    words,
  })
}

describe('the auditors’ page', () => {
  it('shows who did what, where and from where, filtered by day, act, person and child', async () => {
    const { teacher, office, auditor, zhang, li, schoolId, classId } = await school()
    world.goTo('2026-11-24T02:00:00Z')
    await look(teacher, classId)
    world.goTo('2026-11-25T02:00:00Z')
    await look(office, schoolId)
    await show(teacher, zhang._id)
    const as = await world.as(auditor, 'staff')
    const whats = async (wanted: object) =>
      (await as(listAudit, { unitId: schoolId, ...wanted })).lines
        .filter((it) => it.act !== 'audit.listed')
        .map((it) => `${it.actor} ${it.act}`)

    expect(await whats({})).toEqual([
      '李老师 phone.shown',
      '王校长 families.listed',
      '李老师 families.listed',
    ])
    expect(await whats({ on: '2026-11-24' })).toEqual(['李老师 families.listed'])
    expect(await whats({ act: 'phone.shown' })).toEqual(['李老师 phone.shown'])
    expect(await whats({ person: '王校长' })).toEqual(['王校长 families.listed'])
    expect(await whats({ child: '张三' })).toHaveLength(3)
    expect(await whats({ child: li.number })).toEqual(['王校长 families.listed', '李老师 families.listed'])
    expect(await whats({ person: '没有的人' })).toEqual([])

    const [shown] = (await as(listAudit, { unitId: schoolId, act: 'phone.shown' })).lines
    expect(shown).toMatchObject({
      post: '班主任',
      what: '查看完整手机号',
      childNames: ['张三'],
      detail: '妈妈的号码（商量孩子的事）：家访',
    })
    expect(shown?.ip).toMatch(/127\.0\.0\.1/)
  })

  it('is for auditors and administrators of the unit and what lies above, and shows each only what lies below', async () => {
    const [here, there] = [await school(), await school()]
    await look(here.teacher, here.classId)
    await look(there.teacher, there.classId)
    const lines = async (personId: string, unitId: string) =>
      (await (await world.as(personId, 'staff'))(listAudit, { unitId })).lines.map((it) => it.actorId)

    expect(await lines(here.office, here.schoolId)).toEqual([here.teacher])
    await expect(lines(here.teacher, here.classId)).rejects.toMatchObject({ status: 403 })
    await expect(lines(here.office, there.schoolId)).rejects.toMatchObject({ status: 404 })
    await expect(lines(here.auditor, String(here.district._id))).rejects.toMatchObject({ status: 404 })
  })

  it('pages through lines of the same instant without losing or repeating one', async () => {
    const { teacher, auditor, klass, classId } = await school()
    await look(teacher, classId)
    const line = await AuditModel.findOne().lean()
    const { _id, once, ...rest } = line ?? {}
    expect([_id, once]).toHaveLength(2)
    await AuditModel.collection.insertMany(Array.from({ length: 119 }, () => ({ ...rest })))
    const as = await world.as(auditor, 'staff')
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await as(listAudit, { unitId: String(klass._id), act: 'families.listed', after })
      seen.push(...page.lines.map((it) => it.id))
      after = page.next ?? undefined
    } while (after)
    expect(new Set(seen).size).toBe(120)
    expect(seen).toHaveLength(120)
  })

  it('exports with a watermark and without the names of children, on record', async () => {
    const { teacher, auditor, zhang, schoolId } = await school()
    await show(teacher, zhang._id, '=HYPERLINK("x")')
    const { link, name } = await (
      await world.as(auditor, 'staff')
    )(exportAudit, {
      unitId: schoolId,
      act: 'phone.shown',
    })
    const response = await world.send(null, 'GET', `/api${link}`)
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await response.arrayBuffer())
    const sheet = book.worksheets[0]
    const cells = JSON.stringify(sheet?.getSheetValues())
    expect(name).toMatch(/^操作记录_实验中学\d+_\d{4}-\d\d-\d\d\.xlsx$/)
    expect(cells).toContain('查看完整手机号')
    expect(cells).not.toContain('张三')
    expect(sheet?.lastRow?.getCell(1).text).toMatch(/^导出人 周审 · 实验中学/)
    expect(await AuditModel.exists({ act: 'audit.exported', detail: '1条' })).toBeTruthy()
  })

  it('shows the end of the chain to be written down', async () => {
    const { teacher, auditor, classId, schoolId } = await school()
    const as = await world.as(auditor, 'staff')
    expect(await as(readAuditChain, { unitId: schoolId })).toMatchObject({ seq: 0, anchor: null })
    await look(teacher, classId)
    await sealWaiting(world.now(), openLog('silent'))
    expect(await as(readAuditChain, { unitId: schoolId })).toMatchObject({
      seq: 1,
      anchor: expect.stringMatching(/^1:k1\.[\w-]{19}$/) as string,
      fault: null,
    })
  })
})

describe('谁看过我孩子的资料', () => {
  it('tells a guardian in plain words, and nothing of addresses or of other guardians', async () => {
    const { teacher, office, mother, father, zhang, li, klass, schoolId, classId } = await school()
    await look(teacher, classId)
    world.pass(1000)
    await look(office, schoolId)
    world.pass(1000)
    await show(teacher, zhang._id)
    world.pass(1000)
    await show(teacher, (await buildStudentWithGuardian(klass))._id)
    await (
      await world.as(father, 'guardian')
    )(listMyLetters, { studentId: String(zhang._id) })

    const { childName, views } = await (
      await world.as(mother, 'guardian')
    )(listViewsOfMyChild, {
      studentId: String(zhang._id),
    })
    expect(childName).toBe('张三')
    expect(
      views.map(({ who, post, what, why }) => [who, post.replace(/\d/g, ''), what.replace(/\d/g, ''), why]),
    ).toEqual([
      ['李老师', '班主任 · 实验中学七年级班', '看了家长的完整手机号', '妈妈的号码（商量孩子的事）：家访'],
      ['王校长', '家长学校管理员 · 实验中学', '查看了实验中学的学生与家长名单', null],
      ['李老师', '班主任 · 实验中学七年级班', '查看了实验中学七年级班的学生与家长名单', null],
    ])
    expect(JSON.stringify(views)).not.toMatch(/127\.0\.0\.1|node|undici/)
    expect(String(li._id)).toHaveLength(24)
  })

  async function buildStudentWithGuardian(klass: Parameters<typeof buildStudent>[0]) {
    const student = await buildStudent(klass, { name: '王五' })
    await buildGuardian(world, student)
    return student
  }

  it('ends with a move: lists of the old class that were seen later do not concern the child', async () => {
    const [old, now] = [await school(), await school()]
    world.goTo('2026-11-20T02:00:00Z')
    await look(old.teacher, old.classId)
    const movedAt = new Date('2026-11-21T00:00:00Z')
    await StudentModel.updateOne(
      { _id: old.zhang._id },
      {
        classId: now.klass._id,
        path: now.klass.path,
        memberships: [
          { classId: old.klass._id, path: old.klass.path, from: new Date(0), to: movedAt },
          { classId: now.klass._id, path: now.klass.path, from: movedAt, to: null },
        ],
      },
    )
    world.goTo('2026-11-22T02:00:00Z')
    await look(old.teacher, old.classId)
    await look(now.teacher, now.classId)

    const { views } = await (
      await world.as(old.mother, 'guardian')
    )(listViewsOfMyChild, {
      studentId: String(old.zhang._id),
    })
    expect(views.map((it) => it.at.slice(0, 10))).toEqual(['2026-11-22', '2026-11-20'])
    expect(views[0]?.what).toContain(now.klass.fullName)
  })

  it('is empty for a child nobody looked at, and shut for somebody else’s', async () => {
    const { mother, zhang, li } = await school()
    const as = await world.as(mother, 'guardian')
    expect(await as(listViewsOfMyChild, { studentId: String(zhang._id) })).toMatchObject({
      views: [],
      next: null,
    })
    await expect(as(listViewsOfMyChild, { studentId: String(li._id) })).rejects.toMatchObject({ status: 404 })
  })
})
