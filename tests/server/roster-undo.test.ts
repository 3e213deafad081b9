import { Types } from 'mongoose'
import { describe, expect, it, vi } from 'vitest'
import { applyRosterImport, readRosterImport, undoRosterImport } from '#contract/roster'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { BarModel } from '../../server/modules/org/families/bars/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { ImportModel } from '../../server/modules/org/roster/model.ts'
import { importer, rosterNow } from '../support/imports.ts'
import { rosterRow, type Row, writeRoster } from '../support/roster.ts'
import { useWorld } from '../support/world.ts'

// Several lists each, and two readers a list that start as threads of their own.
vi.setConfig({ testTimeout: 120_000 })
const world = useWorld()
const DAY = 86_400_000

/** 张三 of 1班 with a mother and a father, as the template has it. */
const child = (over: { klass?: string; name?: string; mother?: string; father?: string } = {}): Row => [
  '云溪中学',
  '七年级',
  over.klass ?? '1班',
  '20260001',
  over.name ?? '张三',
  '刘洋',
  '妈妈',
  over.mother ?? '13800000001',
  '张强',
  '爸爸',
  over.father ?? '13800000002',
]
const others = (count: number) => Array.from({ length: count }, (_, n) => rosterRow(n + 10))
const indexOf = (phone: string) => world.deps().fields.index(phone)

/** A guardian who has signed in and answered for the child. */
async function join(phone: string) {
  const person = await PersonModel.create({ name: '刘洋', phoneIndex: indexOf(phone) })
  await GuardianshipModel.updateOne(
    { phoneIndex: indexOf(phone) },
    { personId: person._id, joinedAt: world.now() },
  )
  await StudentModel.updateOne({ number: '20260001' }, { activatedAt: world.now() })
  return person._id
}

describe('what a list would change', () => {
  it('is shown child by child before anything is written', async () => {
    const it = await importer(world)
    await it.applied(await writeRoster([child(), ...others(4)]))
    const personId = await join('13800000001')
    const next = [
      child({ klass: '2班', name: '张珊', mother: '13800000009' }),
      ...others(3),
      rosterRow(99, { klass: '1班' }),
    ]
    const job = await it.checked(await writeRoster(next))
    expect(job.counts).toMatchObject({
      newStudents: 1,
      changedStudents: 1,
      movedStudents: 1,
      leftInClasses: 0,
      leftInSchools: 1,
    })
    expect(await it.differences(job.id, 'moved')).toMatchObject([
      {
        student: '张珊',
        row: 2,
        notes: [
          '班级：云溪中学七年级1班 → 云溪中学七年级2班',
          '姓名：张三 → 张珊',
          '妈妈的手机号：138****0001 → 138****0009。已经加入，账号和记录都保留',
        ],
      },
    ])
    expect((await it.differences(job.id, 'added')).map((one) => one.student)).toEqual(['学生99'])
    expect((await it.differences(job.id, 'leftInSchools')).map((one) => one.student)).toEqual(['学生13'])

    await it.apply(job.id)
    const bonds = await GuardianshipModel.find({
      to: null,
      relation: '妈妈',
      phoneIndex: indexOf('13800000009'),
    }).lean()
    expect(bonds).toMatchObject([
      { personId, classId: (await StudentModel.findOne({ name: '张珊' }).lean())?.classId },
    ])
    expect(await GuardianshipModel.countDocuments({ phoneIndex: indexOf('13800000001') })).toBe(0)
    expect((await StudentModel.findOne({ name: '学生13' }).lean())?.leftAt).toBeNull()
  })

  it('gives a changed number to the guardian of that relation, and guesses nothing where two could be meant', async () => {
    const it = await importer(world)
    const row = (...guardians: string[]): Row => [...child().slice(0, 5), ...guardians]
    await it.applied(await writeRoster([row('', '家长', '13800000001', '', '家长', '13800000002')]))
    await it.applied(await writeRoster([row('', '家长', '13800000003', '', '家长', '13800000002')]))
    const phones = async () => (await rosterNow()).guardians.map((one) => one.phoneIndex).sort()
    expect(await phones()).toEqual([indexOf('13800000002'), indexOf('13800000003')].sort())
    // Both numbers are new: who is who cannot be told, so nobody is replaced.
    await it.applied(await writeRoster([row('', '家长', '13800000004', '', '家长', '13800000005')]))
    expect(await phones()).toHaveLength(4)
  })

  it('brings nobody back whom a court keeps away', async () => {
    const it = await importer(world)
    await it.applied(await writeRoster([child()]))
    const student = await StudentModel.findOne().lean()
    const bond = await GuardianshipModel.findOneAndUpdate(
      { relation: '爸爸' },
      { to: world.now(), endedBecause: 'barred' },
    ).lean()
    await BarModel.create({
      studentId: student?._id,
      guardianshipId: bond?._id,
      phoneIndex: indexOf('13800000002'),
      relation: '爸爸',
      because: 'court',
      status: 'active',
    })
    const job = await it.checked(await writeRoster([child({ name: '张珊' })]))
    expect((await it.differences(job.id, 'changed'))[0]?.notes.join()).toContain('不会写入')
    await it.apply(job.id)
    expect(await GuardianshipModel.countDocuments({ to: null })).toBe(1)
  })

  it('takes those who are not named for gone only where a person says that the list is whole', async () => {
    const it = await importer(world)
    await it.applied(
      await writeRoster([child(), rosterRow(10, { klass: '1班' }), rosterRow(11, { klass: '2班' })]),
    )
    const half = await writeRoster([child()])
    const gone = async () =>
      (await StudentModel.find({ leftAt: { $ne: null } }).lean()).map((one) => one.name)

    const first = await it.checked(half)
    expect(first.counts).toMatchObject({ leftInClasses: 1, leftInSchools: 1 })
    await it.apply(first.id)
    expect(await gone()).toEqual([])

    await it.applied(half, 'classes')
    expect(await gone()).toEqual(['学生10'])
    const whole = await it.applied(half, 'schools')
    expect(await gone()).toEqual(['学生10', '学生11'])

    await it.undone(whole.id)
    expect(await gone()).toEqual(['学生10'])
    // Named again, the child is back, with a new stretch in its class.
    await it.applied(await writeRoster([rosterRow(10, { klass: '1班' })]))
    expect(await gone()).toEqual([])
    expect((await StudentModel.findOne({ name: '学生10' }).lean())?.memberships).toHaveLength(2)
  })
})

describe('taking a list back', () => {
  it('restores everything as it was, the units it made included, however often it is asked', async () => {
    const it = await importer(world)
    await it.applied(await writeRoster([child(), ...others(5)]))
    const before = await rosterNow()
    const next = [
      child({ klass: '9班', name: '张珊', mother: '13800000009' }),
      ...others(5).map((row) => row.with(2, '8班')),
      ...Array.from({ length: 30 }, (_, n) => rosterRow(n + 100)),
      rosterRow(500, { school: '新建小学' }),
    ]
    const job = await it.applied(await writeRoster(next))
    expect(await rosterNow()).not.toEqual(before)
    expect(job).toMatchObject({ abilities: { undo: true }, undo: { objection: null, of: 37 } })

    const undone = await it.undone(job.id)
    await it.call(undoRosterImport, { importId: job.id })
    expect(undone.undo).toMatchObject({ done: 37, kept: 0 })
    expect(await rosterNow()).toEqual(before)
    expect(await AuditModel.countDocuments({ act: 'roster.undone' })).toBe(1)

    await it.applied(await writeRoster(next))
    expect(await StudentModel.countDocuments()).toBe(37)
  })

  it('leaves alone what people have changed since, and says so', async () => {
    const it = await importer(world)
    await it.applied(await writeRoster([child()]))
    const job = await it.applied(
      await writeRoster([child({ name: '张珊', mother: '13800000009' }), ...others(3)]),
    )
    await StudentModel.updateOne({ number: '20260001' }, { name: '张山' })
    await StudentModel.updateOne({ name: '学生10' }, { classId: new Types.ObjectId() })
    const joined = await GuardianshipModel.findOneAndUpdate(
      { name: '家长11' },
      { personId: new Types.ObjectId(), joinedAt: world.now() },
    ).lean()
    await StudentModel.updateOne({ _id: joined?.studentId }, { activatedAt: world.now() })

    const { undo } = await it.undone(job.id)
    expect(undo).toMatchObject({ kept: 3, done: 1 })
    expect((await it.differences(job.id, 'kept')).map((one) => [one.student, one.notes[0]])).toEqual([
      ['张珊', '导入后有人改过姓名或班级，没有撤销'],
      ['学生10', '导入后有人改过姓名或班级，没有撤销'],
      ['学生11', '家长已经加入，没有撤销'],
    ])
    expect((await StudentModel.find().lean()).map((one) => one.name).sort()).toEqual([
      '学生10',
      '学生11',
      '张山',
    ])
    // The mother's number was the import's alone, and is what it was.
    expect(await GuardianshipModel.countDocuments({ phoneIndex: indexOf('13800000001'), to: null })).toBe(1)
  })

  it('is offered for the last list, for a week', async () => {
    const it = await importer(world)
    const first = await it.applied(await writeRoster([child()]))
    const second = await it.applied(await writeRoster([child({ name: '张珊' })]))
    const refused = (importId: string) => it.call(undoRosterImport, { importId })
    await expect(refused(first.id)).rejects.toMatchObject({
      json: { error: { message: '之后又写入过别的名单，只能撤销最近的一次' } },
    })
    await it.undone(second.id)
    expect((await it.call(readRosterImport, { importId: first.id })).abilities.undo).toBe(true)
    await ImportModel.updateOne({ _id: first.id }, { appliedAt: new Date(Date.now() - 8 * DAY) })
    await expect(refused(first.id)).rejects.toMatchObject({
      json: { error: { message: '写入已经超过7天，不能再撤销' } },
    })
  })

  it('writes one list at a time in a district, by an index that refuses the second', async () => {
    const it = await importer(world)
    const job = await it.checked(await writeRoster([child()]))
    await ImportModel.create({
      unitId: new Types.ObjectId(it.unitId),
      path: it.district.path,
      fileName: '另一份.xlsx',
      bytes: 1,
      makeUnits: true,
      begunBy: new Types.ObjectId(),
      status: 'applying',
      writing: [it.district._id],
      leaseUntil: new Date(Date.now() + DAY),
    })
    await expect(it.call(applyRosterImport, { importId: job.id })).rejects.toMatchObject({ status: 409 })
    expect((await it.call(readRosterImport, { importId: job.id })).status).toBe('checked')
  })
})
