import ExcelJS from 'exceljs'
import { Types } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import { listOpenObjections, readObjections, settleObjection } from '#contract/letter-receipts'
import type { ReceiptRule } from '#contract/letter-receipts'
import {
  confirmMyLetter,
  exportLetterSheet,
  objectToMyLetter,
  openMyLetter,
  readLetterFigures,
  readSheet,
  readSignedCopy,
  remindUnread,
  signMyLetter,
} from '#contract/letters'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import {
  GuardianshipModel,
  StudentModel,
  type StudentRecord,
} from '../../server/modules/org/families/model.ts'
import { part } from '../../server/modules/org/families/departure/service.ts'
import { ObjectionModel } from '../../server/modules/letters/objections/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { buildGuardian } from '../support/build.ts'
import { INK, refusal, sentLetter } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const scene = (receiptRule: ReceiptRule, over: { confirmation?: 'confirm' | 'sign'; dueOn?: string } = {}) =>
  sentLetter(world, { receiptRule, ...over })
async function leave(studentId: string, personId: string, because: 'left' | 'mismatch' | 'barred') {
  const student = (await StudentModel.findById(studentId).lean<StudentRecord>()) as StudentRecord
  const bond = await GuardianshipModel.findOne({ studentId, personId, to: null }).lean()
  if (bond) {
    await GuardianshipModel.db.transaction(() => part({ student, bond, because }, world.now()))
  }
}

describe('a letter to each guardian', () => {
  it('counts the family when both have confirmed, and says who is missing', async () => {
    const { her, him, said, sheet, staff, at } = await scene('each')

    const hers = await her(confirmMyLetter, said)
    expect(hers).toMatchObject({ isDone: true, progress: { done: 1, of: 2, missing: ['爸爸'] } })
    expect(await sheet()).toMatchObject({ confirmed: 0, read: 1 })
    expect((await staff(readSheet, at)).rows[0]).toMatchObject({
      progress: { done: 1, of: 2, missing: ['爸爸'] },
    })
    expect(await him(openMyLetter, said)).toMatchObject({ isDone: false, abilities: { confirm: true } })

    await Promise.all([him(confirmMyLetter, said), him(confirmMyLetter, said), her(confirmMyLetter, said)])
    expect(await sheet()).toMatchObject({ confirmed: 1 })
    expect((await him(openMyLetter, said)).progress).toEqual({ done: 2, of: 2, missing: [] })
  })

  it('counts two who confirm at the same moment', async () => {
    const { her, him, said, sheet } = await scene('each')
    await Promise.all([her(confirmMyLetter, said), him(confirmMyLetter, said)])
    expect(await sheet()).toMatchObject({ confirmed: 1 })
  })

  it('waits for who joins before the family is counted, and not for who joins afterwards', async () => {
    const { her, him, said, sheet, zhang } = await scene('each')
    await her(confirmMyLetter, said)
    const gran = await world.as(await buildGuardian(world, zhang, { relation: '奶奶' }), 'guardian')
    await him(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ confirmed: 0 })
    await gran(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ confirmed: 1 })

    const late = await world.as(await buildGuardian(world, zhang, { relation: '爷爷' }), 'guardian')
    expect(await late(openMyLetter, said)).toMatchObject({ isDone: true, abilities: { confirm: false } })
    expect(await sheet()).toMatchObject({ confirmed: 1 })
  })

  it.each(['left', 'barred', 'mismatch'] as const)(
    'no longer waits for a guardian who is gone (%s)',
    async (because) => {
      const { her, said, sheet, father, studentId } = await scene('each')
      await her(confirmMyLetter, said)
      await leave(studentId, father, because)
      expect(await sheet()).toMatchObject({ confirmed: 1 })
    },
  )

  it('does not count what only a stranger has said', async () => {
    const { him, her, said, sheet, father, studentId } = await scene('each')
    await him(confirmMyLetter, said)
    await leave(studentId, father, 'mismatch')
    expect(await sheet()).toMatchObject({ confirmed: 0, voided: [{ personId: father }] })
    await her(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ confirmed: 1 })
  })

  it('is signed by each on a copy of their own', async () => {
    const { her, him, said, sheet, staff, at, father, mother } = await scene('each', { confirmation: 'sign' })
    await her(signMyLetter, { ...said, ...INK })
    expect(await sheet()).toMatchObject({ signed: 0 })
    await Promise.all([
      him(signMyLetter, { ...said, ...INK }),
      him(signMyLetter, { ...said, ...INK }),
      her(signMyLetter, { ...said, ...INK }),
    ])

    expect(await sheet()).toMatchObject({ signed: 1 })
    expect(await SignatureModel.countDocuments()).toBe(2)
    const [row] = (await staff(readSheet, at)).rows
    expect(row?.copies?.map((it) => it.guardianId).sort()).toEqual([father, mother].sort())
    const { name } = await staff(readSignedCopy, { ...at, studentId: said.studentId, guardianId: father })
    expect(name).toContain('张三')
    // The database itself refuses a third.
    const [first] = await SignatureModel.find().lean()
    await expect(SignatureModel.create([{ ...first, _id: new Types.ObjectId() }])).rejects.toMatchObject({
      code: 11000,
    })
  })

  it('reminds only the guardian who has not answered', async () => {
    const { her, said, sender, school, letter, mother, father } = await scene('each')
    await her(confirmMyLetter, said)
    await sender(remindUnread, { letterId: letter.id, unitId: String(school._id) })
    const told = await OutboxModel.find({ kind: 'letterReminder' }).lean()
    expect(told.map((it) => String(it.personId))).toContain(father)
    expect(told.map((it) => String(it.personId))).not.toContain(mother)
  })
})

it('reminds nobody of whom all have answered, be it with another opinion', async () => {
  const { her, said, sender, klass, li, letter } = await scene('any')
  await her(objectToMyLetter, { ...said, reason: '太远' })
  const unit = { letterId: letter.id, unitId: String(klass._id) }
  expect(await sender(remindUnread, unit)).toMatchObject({ families: 1, reachable: 0 })
  const gran = await world.as(await buildGuardian(world, li, { relation: '奶奶' }), 'guardian')
  await gran(objectToMyLetter, { studentId: String(li._id), letterId: letter.id, reason: '没空' })
  world.pass(3 * 3_600_000)
  await expect(sender(remindUnread, unit)).rejects.toMatchObject(refusal(409, '所有家庭都已完成'))
})

describe('one answer a child', () => {
  it('stands for the first, and the second is told by name', async () => {
    const { her, him, said, sheet } = await scene('once')
    const results = await Promise.allSettled([her(confirmMyLetter, said), him(confirmMyLetter, said)])
    expect(results.filter((it) => it.status === 'fulfilled')).toHaveLength(1)
    expect(await sheet()).toMatchObject({ confirmed: 1 })
    const late = results[0].status === 'rejected' ? her : him
    await expect(late(confirmMyLetter, said)).rejects.toMatchObject(refusal(409, '已经交过回执了'))
    await expect(late(objectToMyLetter, { ...said, reason: '太远' })).rejects.toMatchObject(
      refusal(409, '一个孩子只交一份'),
    )
    expect(await sheet()).toMatchObject({ confirmed: 1 })
    expect((await sheet())?.objected).toBeUndefined()
  })
})

describe('another opinion', () => {
  it('is recorded with its reason, which the sender reads and nobody else', async () => {
    const { her, him, said, sheet, staff, sender, at, klass, school } = await scene('any')

    const hers = await her(objectToMyLetter, { ...said, reason: '孩子晕车' })

    expect(hers).toMatchObject({ isDone: true, myObjection: { reason: '孩子晕车' } })
    expect(await sheet()).toMatchObject({ confirmed: 0, objected: 1, open: 1, conflicts: 0 })
    expect(JSON.stringify(await ObjectionModel.find().lean())).not.toContain('晕车')
    expect(JSON.stringify(await him(openMyLetter, said))).not.toContain('晕车')
    const teachers = await staff(readObjections, at)
    expect(teachers.rows[0]?.objections).toMatchObject([{ by: '张三妈妈', reason: null }])
    expect((await sender(readObjections, at)).rows[0]?.objections).toMatchObject([{ reason: '孩子晕车' }])
    expect(JSON.stringify(await sender(readSheet, at))).not.toContain('晕车')
    const unit = { unitId: String(klass._id) }
    expect((await staff(listDuties, unit)).duties).toContainEqual({ kind: 'objections', count: 1 })
    expect((await staff(listOpenObjections, unit)).sheets).toMatchObject([{ families: 1 }])
    expect(
      await sender(readLetterFigures, { letterId: said.letterId, unitId: String(school._id) }),
    ).toMatchObject({ objected: 1, open: 1 })
    expect(await OutboxModel.countDocuments({ kind: 'staffMatter' })).toBe(1)
  })

  it('stands in the table that the sender exports', async () => {
    const { her, him, said, sender, staff, klass } = await scene('each')
    await him(confirmMyLetter, said)
    await her(objectToMyLetter, { ...said, reason: '=1+1 太远' })
    const cellsFor = async (call: typeof sender, unit: { _id: unknown }) => {
      const { link } = await call(exportLetterSheet, { letterId: said.letterId, unitId: String(unit._id) })
      const book = new ExcelJS.Workbook()
      await book.xlsx.load(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
      const sheet = book.getWorksheet(1)
      const heads = (sheet?.getRow(2).values ?? []) as string[]
      const row = (sheet?.getRow(3).values ?? []) as string[]
      return Object.fromEntries(heads.flatMap((head, at) => [[head, row[at] ?? '']]))
    }
    const seen = await cellsFor(sender, klass)
    expect(seen).toMatchObject({ 还缺什么: '还差妈妈', 不同意见: '张三妈妈：=1+1 太远' })
    expect((await cellsFor(staff, klass))['不同意见']).toBe('张三妈妈')
  })

  it('may be changed until the last day, and counts exactly however often', async () => {
    world.goTo('2026-11-20T01:00:00Z')
    const { her, said, sheet } = await scene('any', { dueOn: '2026-11-22' })
    await her(confirmMyLetter, said)
    await her(objectToMyLetter, { ...said, reason: '改主意了' })
    expect(await sheet()).toMatchObject({ confirmed: 0, objected: 1, conflicts: 0 })
    await her(objectToMyLetter, { ...said, reason: '改主意了' })
    await her(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ confirmed: 1, objected: 0, open: 0 })
    world.goTo('2026-11-23T01:00:00Z')
    await expect(her(objectToMyLetter, { ...said, reason: '又改' })).rejects.toMatchObject(
      refusal(409, '截止日期已经过了'),
    )
  })

  it('beside the other guardian’s yes is a conflict, until the sender writes down what was agreed', async () => {
    const { her, him, said, sheet, staff, at, studentId } = await scene('any')
    await Promise.all([her(confirmMyLetter, said), him(objectToMyLetter, { ...said, reason: '太远' })])
    expect(await sheet()).toMatchObject({ confirmed: 1, objected: 1, conflicts: 1, open: 1 })

    const result = { ...at, studentId, decision: '同意' as const, note: '和两位都通了电话' }
    await staff(settleObjection, result)
    expect(await sheet()).toMatchObject({ conflicts: 0, open: 0 })
    await her(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ conflicts: 0, open: 0 })
    expect((await staff(readObjections, at)).rows[0]).toMatchObject({
      isOpen: false,
      settlement: { decision: '同意' },
    })
    await her(objectToMyLetter, { ...said, reason: '又想了想' })
    expect(await sheet()).toMatchObject({ objected: 1, confirmed: 0, open: 1 })
  })

  it('is not possible after a signature', async () => {
    const { her, said } = await scene('any', { confirmation: 'sign' })
    await her(signMyLetter, { ...said, ...INK })
    await expect(her(objectToMyLetter, { ...said, reason: '太远' })).rejects.toMatchObject(
      refusal(409, '签过字的信不能再改'),
    )
  })

  it('of a stranger is void', async () => {
    const { him, said, sheet, studentId, father } = await scene('any')
    await him(objectToMyLetter, { ...said, reason: '太远' })
    await leave(studentId, father, 'mismatch')
    expect(await sheet()).toMatchObject({
      objected: 0,
      open: 0,
      voided: [{ objected: expect.any(Date) as Date }],
    })
  })
})
