import { describe, expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import {
  acceptInvitation,
  askToJoinAgain,
  handOverPrimary,
  inviteGuardian,
  leaveFamily,
  listFamilyMatters,
  listMyFamilies,
  readFamily,
  readInvitation,
  removeGuardian,
  setFamilyMarks,
  setMyFamilyMarks,
  setMyRelation,
  withdrawInvitation,
} from '#contract/families'
import { answerMatch, askToJoin, decideJoin, listMyJoins, listMyMatches, listStudents } from '#contract/org'
import { listMyMessages } from '#contract/notify'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { tendWaiting } from '../../server/modules/org/joins/waiting/service.ts'
import { JoinModel } from '../../server/modules/org/joins/model.ts'
import { buildGuardian, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const DAY_MS = 86_400_000

async function scene() {
  const built = await buildClass(world)
  await GuardianshipModel.updateOne({ personId: built.mother }, { isPrimary: true })
  const studentId = String(built.zhang._id)
  return {
    ...built,
    studentId,
    asMother: await world.as(built.mother, 'guardian'),
    asFather: await world.as(built.father, 'guardian'),
    asTeacher: await world.as(built.teacher, 'staff'),
  }
}

async function stranger(over: { phone?: string } = {}) {
  const { fields } = world.deps()
  const sealed = over.phone && { phone: fields.seal(over.phone), phoneIndex: fields.index(over.phone) }
  const person = await PersonModel.create({ wxOpenId: `o-${Math.random()}`, ...sealed })
  const personId = String(person._id)
  return { personId, call: await world.as(personId, 'guardian') }
}

describe('an invitation by another guardian', () => {
  it('opens once, lets the invited one in at once and tells the 班主任, who can undo it', async () => {
    const { asMother, asTeacher, studentId, teacher, klass } = await scene()
    const { code } = await asMother(inviteGuardian, { studentId })
    expect((await asMother(inviteGuardian, { studentId })).code).toBe(code)
    const aunt = await stranger()
    expect(await aunt.call(readInvitation, { code })).toMatchObject({
      maskedStudentName: '张*',
      inviterRelation: '妈妈',
    })
    await aunt.call(acceptInvitation, { code, name: '张敏', relation: '姑姑' })
    await aunt.call(acceptInvitation, { code, name: '张敏', relation: '姑姑' })
    expect((await aunt.call(readMe, {})).children).toMatchObject([{ name: '张三', relation: '姑姑' }])
    expect((await asTeacher(listMyMessages, {})).messages).toMatchObject([{ title: '有家长受家人邀请加入' }])
    const other = await stranger()
    await expect(
      other.call(acceptInvitation, { code, name: '王五', relation: '舅舅' }),
    ).rejects.toMatchObject({ status: 404 })

    const { matters } = await asTeacher(listFamilyMatters, { unitId: String(klass._id) })
    expect(matters).toMatchObject([{ kind: 'invited', who: '姑姑 张敏' }])
    await asTeacher(removeGuardian, { studentId, guardianshipId: matters[0]?.guardianshipId ?? '' })
    expect((await aunt.call(readMe, {})).children).toEqual([])
    expect(await AuditModel.find({ actorId: teacher }).distinct('act')).toContain('join.undone')
    const again = await asMother(inviteGuardian, { studentId })
    await expect(aunt.call(readInvitation, { code: again.code })).rejects.toMatchObject({ status: 404 })
  })

  it('is gone after 72 hours, when it was taken back, and when the inviting guardian has left', async () => {
    const { asMother, asFather, studentId } = await scene()
    const guest = await stranger()
    const read = (code: string) => guest.call(readInvitation, { code })

    const old = await asMother(inviteGuardian, { studentId })
    world.pass(3 * DAY_MS + 1_000)
    await expect(read(old.code)).rejects.toMatchObject({ status: 404 })
    const fresh = await asMother(inviteGuardian, { studentId })
    expect(fresh.code).not.toBe(old.code)
    await asMother(withdrawInvitation, { studentId })
    await expect(read(fresh.code)).rejects.toMatchObject({ status: 404 })
    const fathers = await asFather(inviteGuardian, { studentId })
    await asFather(leaveFamily, { studentId, notMine: false })
    await expect(read(fathers.code)).rejects.toMatchObject({ status: 404 })
  })

  it('lets one in when two use it at the same moment', async () => {
    const { asMother, studentId } = await scene()
    const { code } = await asMother(inviteGuardian, { studentId })
    const guests = await Promise.all([stranger(), stranger(), stranger()])
    const tries = await Promise.allSettled(
      guests.map((it) => it.call(acceptInvitation, { code, name: '客人', relation: '舅舅' })),
    )
    expect(tries.filter((it) => it.status === 'fulfilled')).toHaveLength(1)
  })
})

describe('how many belong together', () => {
  it('is ten children an account, also for two matches at the same moment', async () => {
    const { klass } = await scene()
    const phone = '13700001111'
    const parent = await stranger({ phone })
    const bonds = []
    for (let at = 0; at < 11; at++) {
      bonds.push(await buildListedGuardian(world, await buildStudent(klass), phone))
    }
    for (const guardianshipId of bonds.slice(0, 9)) {
      await parent.call(answerMatch, { guardianshipId, isMine: true })
    }
    const last = await Promise.allSettled(
      bonds.slice(9).map((guardianshipId) => parent.call(answerMatch, { guardianshipId, isMine: true })),
    )
    expect(last.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await GuardianshipModel.countDocuments({ personId: parent.personId, to: null })).toBe(10)
    await expect(
      parent.call(answerMatch, {
        guardianshipId: bonds[last[0]?.status === 'rejected' ? 9 : 10] ?? '',
        isMine: true,
      }),
    ).rejects.toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('最多关联10个孩子') as string } },
    })
  })

  it('is six guardians a child', async () => {
    const { zhang, asMother, studentId } = await scene()
    for (const relation of ['奶奶', '爷爷', '外婆', '外公']) await buildGuardian(world, zhang, { relation })
    await expect(asMother(inviteGuardian, { studentId })).rejects.toMatchObject({ status: 409 })
    expect((await asMother(listMyFamilies, {})).families[0]?.abilities.invite).toBe(false)
  })
})

describe('one primary guardian', () => {
  it('is one by the database, whoever writes', async () => {
    const { father } = await scene()
    await expect(
      GuardianshipModel.updateOne({ personId: father }, { isPrimary: true }),
    ).rejects.toMatchObject({
      code: 11000,
    })
  })

  it('hands over before leaving, and only to somebody who has joined', async () => {
    const { asMother, asFather, studentId, zhang } = await scene()
    const listed = await buildListedGuardian(world, zhang, '13700002222', '奶奶')
    await expect(asMother(leaveFamily, { studentId, notMine: false })).rejects.toMatchObject({ status: 409 })
    await expect(asMother(handOverPrimary, { studentId, guardianshipId: listed })).rejects.toMatchObject({
      status: 409,
    })
    const [family] = (await asMother(listMyFamilies, {})).families
    const father = family?.guardians.find((it) => it.relation === '爸爸')
    expect(father?.abilities.makePrimary).toBe(true)
    await asMother(handOverPrimary, { studentId, guardianshipId: father?.guardianshipId ?? '' })
    await asMother(leaveFamily, { studentId, notMine: false })

    expect((await asMother(readMe, {})).children).toEqual([])
    const after = await asFather(listMyFamilies, {})
    expect(after.families[0]?.guardians).toMatchObject([
      { relation: '爸爸', isPrimary: true },
      { relation: '奶奶' },
    ])
  })
})

describe('what the family says of itself', () => {
  it('is the relation in free words, boarding, left-behind and the carer, for the family and who knows it', async () => {
    const { asMother, asTeacher, studentId, school, klass } = await scene()
    await asMother(setMyRelation, { studentId, relation: '养母' })
    await asMother(setMyFamilyMarks, { studentId, isBoarding: true, isLeftBehind: true, dailyCarer: '奶奶' })
    const family = await asTeacher(readFamily, { studentId })
    expect(family.marks).toEqual({ isBoarding: true, isLeftBehind: true, dailyCarer: '奶奶' })
    expect(family.guardians.map((it) => it.relation)).toContain('养母')
    await asTeacher(setFamilyMarks, { studentId, isBoarding: false, isLeftBehind: true, dailyCarer: '爷爷' })
    expect((await asMother(listMyFamilies, {})).families[0]?.marks.dailyCarer).toBe('爷爷')

    const teacher = await world.as(await buildStaff(school, 'teacher'), 'staff')
    await expect(teacher(readFamily, { studentId })).rejects.toMatchObject({ status: 403 })
    const list = JSON.stringify(await asTeacher(listStudents, { unitId: String(klass._id) }))
    expect(list).not.toMatch(/爷爷|LeftBehind|oarding/)
    await expect(asMother(setMyRelation, { studentId, relation: '一二三四五六七八九十一' })).rejects.toThrow()
  })
})

describe('a request nobody decides', () => {
  async function asked() {
    const built = await scene()
    const asker = await stranger()
    const ask = {
      code: built.klass.joinCode ?? '',
      studentName: '李四',
      guardianName: '李强',
      relation: '爸爸',
    }
    const join = await asker.call(askToJoin, ask)
    return { ...built, asker, join }
  }
  const messages = (personId: string) => OutboxModel.find({ personId }).distinct('title')
  const tend = () => tendWaiting(world.deps())

  it('reminds the 班主任 after three and ten days, each once, and ends after fourteen', async () => {
    const { teacher, asker, join } = await asked()
    const count = () => OutboxModel.countDocuments({ personId: teacher })
    await tend()
    expect(await count()).toBe(1)
    world.pass(3 * DAY_MS)
    await Promise.all([tend(), tend()])
    await tend()
    expect(await count()).toBe(2)
    world.pass(7 * DAY_MS)
    await tend()
    expect(await count()).toBe(3)
    expect(await messages(teacher)).toContain('有家长还在等您同意')
    world.pass(4 * DAY_MS)
    await tend()
    await tend()
    expect((await JoinModel.findById(join.id))?.status).toBe('expired')
    expect((await asker.call(listMyMessages, {})).messages).toMatchObject([{ title: '入班申请有结果了' }])
    expect((await asker.call(listMyJoins, {})).joins).toMatchObject([
      { status: 'declined', mayAskAgain: true },
    ])
  })

  it('may be asked again with one button, once', async () => {
    const { asker, join, teacher, li } = await asked()
    await expect(asker.call(askToJoinAgain, { joinId: join.id })).rejects.toMatchObject({ status: 409 })
    world.pass(15 * DAY_MS)
    await tend()
    const asTeacher = await world.as(teacher, 'staff')
    await expect(
      asTeacher(decideJoin, { joinId: join.id, approve: true, studentId: String(li._id) }),
    ).rejects.toMatchObject({ status: 409 })
    const [first, second] = await Promise.all([
      asker.call(askToJoinAgain, { joinId: join.id }),
      asker.call(askToJoinAgain, { joinId: join.id }),
    ])
    expect(first.id).toBe(second.id)
    await asTeacher(decideJoin, { joinId: first.id, approve: true, studentId: String(li._id) })
    expect((await asker.call(readMe, {})).children).toMatchObject([{ name: '李四' }])
  })
})

describe('a match that is denied', () => {
  it('is shown to the school and never offered again', async () => {
    const { zhang, asTeacher, studentId } = await scene()
    const phone = '13700003333'
    const guardianshipId = await buildListedGuardian(world, zhang, phone, '外婆')
    const owner = await stranger({ phone })
    expect((await owner.call(listMyMatches, {})).matches).toHaveLength(1)
    await owner.call(answerMatch, { guardianshipId, isMine: false })
    expect((await owner.call(listMyMatches, {})).matches).toEqual([])
    const { guardians } = await asTeacher(readFamily, { studentId })
    expect(guardians.find((it) => it.relation === '外婆')).toMatchObject({ isDenied: true, joinedAt: null })
  })
})

it('offers nobody a child who has left', async () => {
  const { zhang } = await scene()
  const guardianshipId = await buildListedGuardian(world, zhang, '13800000123', '奶奶')
  const { call } = await stranger({ phone: '13800000123' })
  expect((await call(listMyMatches, {})).matches).toHaveLength(1)
  const leftAt = world.now()
  await StudentModel.updateOne({ _id: zhang._id }, { leftAt })
  await expect(call(answerMatch, { guardianshipId, isMine: true })).rejects.toMatchObject({ status: 404 })
  await GuardianshipModel.updateMany({ studentId: zhang._id }, { leftAt })
  expect((await call(listMyMatches, {})).matches).toEqual([])
})
