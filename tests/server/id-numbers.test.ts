import { randomBytes } from 'node:crypto'
import mongoose from 'mongoose'
import { describe, expect, it, vi } from 'vitest'
import { listAudit, listViewsOfMyChild, showIdNumber } from '#contract/audit'
import { readFamily, searchFamilies } from '#contract/families'
import { listStudents } from '#contract/org'
import { askForTransfer, decideTransfer } from '#contract/transfers'
import { fieldCrypto } from '../../server/infra/field-crypto.ts'
import { holdsIdNumber, keptNumber, shownNumber } from '../../server/infra/id-numbers.ts'
import { sealIdNumbers } from '../../server/modules/org/families/numbers/service.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { refreshKeys } from '../../server/modules/org/families/search/service.ts'
import { resealAll } from '../../server/modules/privacy/sealing/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { importer } from '../support/imports.ts'
import { writeRoster } from '../support/roster.ts'
import { useWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000 })
const world = useWorld()

/** An ID number of somebody born on this day, with its check digit. */
function idOf(serial: number, born = '20150307') {
  const head = `110101${born}${String(serial).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((all, it, at) => all + it * Number(head[at]), 0)
  return head + '10X98765432'[sum % 11]
}
const HEADING = ['年级', '班级', '全国学籍号', '姓名', '家长手机号', '与孩子的关系', '身份证号']
const row = (number: string, name: string, n: number) =>
  ['七年级', '2班', number, name, `1380000000${n}`, '妈妈', idOf(n, '19900101')] as string[]

/** Whether any of these stands anywhere in the database as it is. */
async function inClear(...secrets: string[]) {
  const found: string[] = []
  for (const model of Object.values(mongoose.models)) {
    const text = JSON.stringify(await model.collection.find().toArray())
    found.push(...secrets.filter((it) => text.includes(it)).map((it) => `${model.modelName} ${it}`))
  }
  return found
}

async function school() {
  const { school: unit } = await buildBranch()
  return { unit, it: await importer(world, unit) }
}

describe('what an ID number is', () => {
  it.each([
    [idOf(1), true],
    [`G${idOf(2)}`, true],
    [`L${idOf(3).toLowerCase()}`, true],
    ['110101201503070010', true],
    ['11010120150307001', false],
    ['20260001', false],
    ['G001', false],
    ['202609010000000001', false],
  ])('%s: %s', (text, holds) => expect(holdsIdNumber(text)).toBe(holds))

  it('leaves its ends, and tells two with the same ends apart', () => {
    const { fields } = world.deps()
    const [one, other] = [`G${idOf(1)}`, `G${idOf(1, '20140307')}`].map((it) => keptNumber(it, fields))
    expect(shownNumber(one?.number ?? '')).toMatch(/^G1101\*{10}\d{3}[\dX]$/)
    expect(one?.number).not.toBe(other?.number)
    expect(fields.open(one?.sealedNumber ?? '')).toBe(`G${idOf(1)}`)
    expect(keptNumber('20260001', fields)).toEqual({ number: '20260001', sealedNumber: null })
  })
})

describe('a list with 全国学籍号', () => {
  it('is kept sealed, matched on the next list, ordered, and its ID card column is not read', async () => {
    const { it } = await school()
    const ids = [idOf(1), idOf(2)] as const
    const rows = [row(`G${ids[0]}`, '张伟', 1), row(`G${ids[1]}`, '张伟', 2), row('L-0099', '李娜', 3)]
    const path = await writeRoster(rows, HEADING)
    const asked = await it.checked(path)
    const checked = await it.agree(asked.id)
    expect(checked).toMatchObject({ idNumbers: 3, counts: { newStudents: 3, errors: 0 } })
    const added = await it.differences(checked.id, 'added')
    expect(added.map((one) => one.number)).toEqual([mask(ids[0]), mask(ids[1]), 'L****99'])
    await it.apply(checked.id)

    const cards = [1, 2, 3].map((n) => idOf(n, '19900101'))
    expect(await inClear(...ids, 'L-0099', ...cards)).toEqual([])
    const { students } = await it.call(listStudents, { unitId: it.unitId })
    expect(students.map((one) => [one.name, one.number])).toEqual([
      ['张伟', mask(ids[0])],
      ['张伟', mask(ids[1])],
      ['李娜', 'L****99'],
    ])

    const again = await it.agree((await it.checked(path)).id)
    expect(again.counts).toMatchObject({ newStudents: 0, changedStudents: 0, leftInClasses: 0, errors: 0 })
  })

  const mask = (id: string) => `G${id.slice(0, 4)}${'*'.repeat(10)}${id.slice(-4)}`

  it('finds the child of an older list again, whose number still stood in clear', async () => {
    const { it } = await school()
    await it.applied(await writeRoster([row(`G${idOf(5)}`, '王芳', 5)], HEADING))
    const raw = StudentModel.collection
    await raw.updateOne({}, { $set: { number: `G${idOf(5)}`, sealedNumber: null } })
    const next = await it.agree(
      (await it.checked(await writeRoster([row(`G${idOf(5)}`, '王芳', 5)], HEADING))).id,
    )
    expect(next.counts).toMatchObject({ students: 1, newStudents: 0, changedStudents: 0, errors: 0 })
    expect(await inClear(idOf(5))).toEqual([])
  })
})

describe('one whole number', () => {
  async function scene() {
    const branch = await buildBranch()
    const number = `G${idOf(7)}`
    const student = await buildStudent(branch.klass, { name: '赵敏' })
    await StudentModel.updateOne({ _id: student._id }, keptNumber(number, world.deps().fields))
    const teacher = await world.as(await buildStaff(branch.klass, 'class_teacher'), 'staff')
    return { ...branch, number, student, teacher, studentId: String(student._id) }
  }
  const why = { reason: 'check', words: '办理转学' } as const

  it('is shown for a reason that the family and the auditors read', async () => {
    const { teacher, studentId, student, number, school: unit } = await scene()
    const family = await teacher(readFamily, { studentId })
    expect(family).toMatchObject({ isNumberMasked: true, number: `G1101**********${number.slice(-4)}` })
    expect(await teacher(showIdNumber, { studentId, ...why })).toEqual({ number })

    const mother = await world.as(await buildGuardian(world, student), 'guardian')
    const { views } = await mother(listViewsOfMyChild, { studentId })
    expect(views.map((it) => [it.what, it.why])).toContainEqual([
      '看了孩子完整的证件号（全国学籍号）',
      '孩子的证件号（核对号码）：办理转学',
    ])
    const auditor = await world.as(await buildStaff(unit, 'auditor'), 'staff')
    const log = await auditor(listAudit, { unitId: String(unit._id), act: 'idNumber.shown', child: number })
    expect(log.lines).toHaveLength(1)
    expect(JSON.stringify(log)).not.toContain(number.slice(1))
  })

  it('is not shown outside the unit, without a reason, or where there is none; thirty an hour at most', async () => {
    const { teacher, studentId, klass, number } = await scene()
    const elsewhere = await world.as(await buildStaff((await buildBranch()).klass, 'class_teacher'), 'staff')
    await expect(elsewhere(showIdNumber, { studentId, ...why })).rejects.toMatchObject({ status: 404 })
    await expect(teacher(showIdNumber, { studentId: newId(), ...why })).rejects.toMatchObject({ status: 404 })
    await expect(teacher(showIdNumber, { studentId, reason: 'check', words: ' ' })).rejects.toThrow('原因')
    const plain = await buildStudent(klass)
    expect(await teacher(showIdNumber, { studentId: String(plain._id), ...why })).toEqual({ number: null })
    const all = await Promise.all(
      Array.from({ length: 30 }, () => teacher(showIdNumber, { studentId, ...why })),
    )
    expect(new Set(all.map((it) => it.number))).toEqual(new Set([number]))
    await expect(teacher(showIdNumber, { studentId, ...why })).rejects.toMatchObject({ status: 429 })
  })

  it('is what a child is found by, and moves along to another school, which may give another', async () => {
    const { teacher, klass, studentId, number, student, city, school: from } = await scene()
    await refreshKeys([student._id], world.deps())
    const unitIds = [String(klass._id), String(from._id)]
    const principal = await world.as(await buildStaff(from, 'principal'), 'staff')
    for (const [at, search] of [number, number.toLowerCase()].entries()) {
      const { families } = await (at ? principal : teacher)(searchFamilies, {
        unitId: unitIds[at] ?? '',
        search,
      })
      expect(families).toMatchObject([{ studentId, number: `G1101**********${number.slice(-4)}` }])
    }

    const to = await buildBranch({ city })
    const admin = await world.as(await buildStaff(to.school, 'school_admin'), 'staff')
    const wanted = {
      unitId: String(to.school._id),
      fromSchoolId: String(from._id),
      studentName: student.name,
    }
    const asked = await admin(askForTransfer, { ...wanted, number })
    expect(asked.number).toBe(`G1101**********${number.slice(-4)}`)
    await principal(decideTransfer, { transferId: asked.id, accept: true })
    const fresh = `L${idOf(8)}`
    const classId = String(to.klass._id)
    await admin(decideTransfer, { transferId: asked.id, accept: true, classId, number: fresh })
    expect(await inClear(number.slice(1), fresh.slice(1))).toEqual([])
    expect(await admin(showIdNumber, { studentId, ...why })).toEqual({ number: fresh })
  })
})

describe('numbers that stood in clear', () => {
  it('are sealed once, however often and however many at a time, and a change of keys reaches them', async () => {
    const { klass } = await buildBranch()
    for (let made = 0; made < 3; made++) await buildStudent(klass)
    const students = await StudentModel.find().lean()
    for (const [at, { _id }] of students.entries()) {
      await StudentModel.collection.updateOne({ _id }, { $set: { number: `G${idOf(at + 1)}` } })
    }
    const twice = await Promise.all([sealIdNumbers(null, world.deps()), sealIdNumbers(null, world.deps())])
    expect(twice[0] + twice[1]).toBe(3)
    expect(await sealIdNumbers(null, world.deps())).toBe(0)
    expect(await inClear(idOf(1), idOf(2), idOf(3))).toEqual([])

    const { FIELD_KEYS, INDEX_KEY } = world.deps().env
    const key = { id: 'k2', key: randomBytes(32) }
    await resealAll({ ...world.deps(), fields: fieldCrypto([key, ...FIELD_KEYS], INDEX_KEY) })
    const onlyNew = fieldCrypto([key], INDEX_KEY)
    const opened = (await StudentModel.find().lean()).map((it) => onlyNew.open(it.sealedNumber ?? ''))
    expect(opened.sort()).toEqual([1, 2, 3].map((n) => `G${idOf(n)}`).sort())
  })

  it('cannot be written past the rule', async () => {
    const { klass } = await buildBranch()
    await expect(buildStudent(klass, { number: `G${idOf(4)}` })).rejects.toThrow('kept sealed')
  })
})
