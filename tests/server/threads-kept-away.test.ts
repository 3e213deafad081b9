import { beforeEach, describe, expect, it } from 'vitest'
import { barGuardian } from '#contract/families'
import { listContents } from '#contract/safety'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { keepAwayNewcomers } from '../../server/modules/letters/threads/seating/service.ts'
import { pointlessReplies } from '../../server/modules/letters/threads/wanting/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { BarModel } from '../../server/modules/org/families/bars/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import type { PostKind } from '#contract/posts'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { buildStaff, newId } from '../support/build.ts'
import { newRequest } from '../support/letters.ts'
import { DOUBTFUL } from '../support/safety.ts'
import { buildThread } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// A Monday, ten in the morning.
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const statusOf = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: { status: number }) => error.status,
  )

const give = (personId: string, unit: UnitRecord, post: PostKind, more: { deputyForId?: string } = {}) =>
  PersonModel.updateOne(
    { _id: personId },
    { $push: { posts: { unitId: unit._id, path: unit.path, post, from: new Date(0), to: null, ...more } } },
  )

const endPosts = (personId: unknown) =>
  PersonModel.updateOne({ _id: personId }, { 'posts.$[].to': new Date(world.now().getTime() - 1) })

/** A family whose father the school can have kept away from the child, and who may hold posts there. */
async function build() {
  const built = await buildThread(world)
  const { father, school, at } = built
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const bar = async () => {
    const bond = await GuardianshipModel.findOne({ personId: father, studentId: at.studentId }).lean()
    return principal(barGuardian, {
      studentId: at.studentId,
      guardianshipId: String(bond?._id),
      document: '（2026）云01民初1号',
    })
  }
  return { ...built, principal, bar }
}

describe('somebody whom a court keeps away from a child, with a post at its school', () => {
  it('neither sees nor answers what the family writes, nor is told of it, at whichever desk', async () => {
    const { father, school, klass, bar, write, call, inbox } = await build()
    await write('孩子换了接送的人', undefined)
    await bar()
    for (const post of ['class_teacher'] as const) await give(father, klass, post)
    for (const post of ['counsellor', 'principal'] as const) await give(father, school, post)
    await write('孩子说不想活了')
    await write(`${DOUBTFUL}，请学校看看`)
    const staff = await world.as(father, 'staff')
    for (const box of ['waiting', 'answered', 'done', 'urgent'] as const) {
      expect(await inbox(staff, box)).toEqual([])
    }
    expect(await staff(api.countThreads, {})).toEqual({ waiting: 0, urgent: 0, overdue: 0, unanswered: 0 })
    const [line] = await inbox(call)
    const threadId = line?.id ?? ''
    const said = { threadId, requestId: newRequest(), text: '我是爸爸' }
    expect(await statusOf(staff(api.readThread, { threadId }))).toBe(404)
    expect(await statusOf(staff(api.answerThread, said))).toBe(404)
    expect(await statusOf(staff(api.listDesks, { threadId }))).toBe(404)
    expect(await statusOf(staff(api.followThread, { threadId }))).toBe(404)
    expect(await OutboxModel.countDocuments({ personId: father, kind: 'replyStaff' })).toBe(0)
    const unitId = String(school._id)
    expect(await staff(listContents, { unitId, status: 'waiting' })).toMatchObject({
      contents: [],
      waiting: 0,
    })

    world.pass(8 * 86_400_000)
    const late = await world.as(father, 'staff')
    expect((await late(api.listOverdueThreads, { unitId })).threads).toEqual([])
    expect(await statusOf(late(api.takeOverThread, { unitId, threadId }))).toBe(404)
    expect(await statusOf(late(api.askOverdueThread, { unitId, threadId }))).toBe(404)
  })

  it('who was the only one at the desk leaves it to the office, which is told at once', async () => {
    const { father, teacher, office, klass, bar, write, open, her } = await build()
    await endPosts(teacher)
    await give(father, klass, 'class_teacher')
    await write('孩子换了接送的人')
    expect((await open(her)).keeper).toMatch(/^班主任/)
    await bar()
    expect(await ThreadModel.findOne().lean()).toMatchObject({ deskPost: 'school_admin', state: 'waiting' })
    expect((await open(her)).lines.at(-1)).toMatchObject({ side: 'note', by: '转给家长学校管理员来回复' })
    const ownersOfMessages = await OutboxModel.distinct('personId', { kind: 'replyStaff' })
    expect(ownersOfMessages.map(String)).toContain(office)

    // What had been queued for the father before does not go out any more.
    const his = await OutboxModel.find({ personId: father, kind: 'replyStaff' }).lean()
    expect(his).toHaveLength(1)
    expect([...(await pointlessReplies(his, world.now())).values()]).toEqual(['notTheirs'])
  })

  it('who comes to the post later does not get the thread: the next line goes to the office', async () => {
    const { father, teacher, klass, bar, write, open, her, inbox } = await build()
    await write('孩子换了接送的人')
    await bar()
    await endPosts(teacher)
    await give(father, klass, 'class_teacher')
    expect((await open(her)).keeper).toMatch(/^家长学校管理员/)
    expect(await inbox(await world.as(father, 'staff'))).toEqual([])
    await write('请回复')
    expect((await ThreadModel.findOne().lean())?.deskPost).toBe('school_admin')
    expect(await OutboxModel.countDocuments({ personId: father, kind: 'replyStaff' })).toBe(0)
  })

  it('is not who a new thread begins with, nor who it can be handed on to', async () => {
    const { father, teacher, school, klass, bar, write, open, her, call, inbox } = await build()
    await bar()
    await give(father, school, 'counsellor')
    await write('孩子换了接送的人')
    const [line] = await inbox(call)
    const threadId = line?.id ?? ''
    const { desks } = await call(api.listDesks, { threadId })
    expect(desks.map((it) => it.post)).toEqual(['school_admin', 'principal'])
    const to = { threadId, unitId: String(school._id), post: 'counsellor' as const }
    expect(await statusOf(call(api.forwardThread, to))).toBe(400)

    await ThreadModel.deleteMany({})
    await endPosts(teacher)
    await give(father, klass, 'class_teacher')
    expect((await open(her)).keeper).toMatch(/^家长学校管理员/)
    await write('孩子换了接送的人')
    expect((await ThreadModel.findOne().lean())?.deskPost).toBe('school_admin')
  })

  it('known to the school by a number only, is known by it at the desk as well', async () => {
    const { father, klass, bar, write, inbox } = await build()
    await write('孩子换了接送的人')
    await bar()
    const person = await PersonModel.findById(father).lean()
    expect(person?.phoneIndex).toBeTruthy()
    await BarModel.updateOne({}, { $unset: { personId: 1 }, $set: { phoneIndex: person?.phoneIndex } })
    await give(father, klass, 'class_teacher')
    await write('请回复')
    expect(await inbox(await world.as(father, 'staff'))).toEqual([])
    expect(await OutboxModel.countDocuments({ personId: father, kind: 'replyStaff' })).toBe(0)
  })

  it('does not have danger wait for them: those who run the school are told instead', async () => {
    const { father, office, school, teacher, bar, write } = await build()
    await write('您好')
    await bar()
    await endPosts(teacher)
    await give(father, school, 'counsellor')
    await OutboxModel.deleteMany({})
    await write('孩子说不想活了')
    const told = (await OutboxModel.distinct('personId', { kind: 'replyStaff' })).map(String)
    expect(told).toContain(office)
    expect(told).not.toContain(father)
  })

  it('is not named to the family, neither as who has the thread nor by what they wrote for the post', async () => {
    const { father, klass, bar, write, answer, her, at } = await build()
    await give(father, klass, 'class_teacher', { deputyForId: newId() })
    await PersonModel.updateOne({ _id: father }, { name: '张大山' })
    await write('孩子换了接送的人')
    await answer('收到', await world.as(father, 'staff'))
    const line = async () => (await her(api.listMyThreads, { studentId: at.studentId })).threads[0]
    expect(await line()).toMatchObject({
      keeper: '班主任（代） 张大山老师',
      lastBy: '班主任（代） 张大山老师',
    })

    await bar()
    expect(await line()).toMatchObject({
      keeper: '班主任 李老师',
      lastBy: '张三妈妈',
      preview: '孩子换了接送的人',
    })
    await endPosts((await PersonModel.findOne({ name: '李老师' }).lean())?._id)
    await give(father, klass, 'class_teacher')
    expect(await line()).toMatchObject({ keeper: '家长学校管理员 王校长' })
  })

  it.each(['by being appointed', 'with the number that the order knew'])(
    'who comes to the post later, %s, leaves what waits there to the office, which is told once',
    async (way) => {
      const { father, teacher, office, school, klass, bar, write, open, her, principal } = await build()
      await write('孩子换了接送的人')
      await write(`${DOUBTFUL}，请学校看看`)
      await bar()
      if (way.startsWith('with')) {
        const { phoneIndex } = (await PersonModel.findById(father).lean()) ?? {}
        await BarModel.updateOne({}, { $unset: { personId: 1 }, $set: { phoneIndex } })
        await ContentModel.updateMany({}, { $unset: { keptFrom: 1 } })
      }
      await endPosts(teacher)
      await keepAwayNewcomers(world.now())
      expect((await ThreadModel.findOne().lean())?.deskPost).toBe('class_teacher')

      await give(father, klass, 'class_teacher')
      await give(father, school, 'counsellor')
      await give(father, school, 'principal')
      await keepAwayNewcomers(world.now())
      await keepAwayNewcomers(world.now())
      expect(await ThreadModel.findOne().lean()).toMatchObject({ deskPost: 'school_admin', state: 'waiting' })
      const notes = (await open(her)).lines.filter((it) => it.side === 'note')
      expect(notes.map((it) => it.by)).toEqual(['转给家长学校管理员来回复'])
      expect(await OutboxModel.countDocuments({ personId: office, kind: 'replyStaff' })).toBe(1)
      const waiting = { unitId: String(school._id), status: 'waiting' as const }
      expect((await principal(listContents, waiting)).contents).toHaveLength(1)
      const his = await world.as(father, 'staff')
      expect((await his(listContents, waiting)).contents).toEqual([])
    },
  )
})
