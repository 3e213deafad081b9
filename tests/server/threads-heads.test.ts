import { beforeEach, describe, expect, it } from 'vitest'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { newRequest, tick } from '../support/letters.ts'
import { buildThread } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// A Monday, ten in the morning.
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const DAY_MS = 86_400_000
const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { status: number; json: { error: { message: string } } }) => ({
      status: error.status,
      message: error.json.error.message,
    }),
  )
const toldTo = (personId: string) => OutboxModel.find({ personId, kind: 'replyStaff' }).lean()

describe('words of danger that nobody takes up', () => {
  it('come before whoever runs the school after an hour, who can read them, take them up, and not answer', async () => {
    const { write, school, threadIdFor } = await buildThread(world)
    const principal = await buildStaff(school, 'principal', { name: '周明' })
    const head = await world.as(principal, 'staff')
    await write('孩子说不想活了')
    const threadId = await threadIdFor()
    world.pass(59 * 60_000)
    await tick(world)
    expect(await toldTo(principal)).toEqual([])
    expect((await refused(head(api.readThread, { threadId })))?.status).toBe(404)
    expect((await head(api.listThreads, { box: 'urgent' })).threads).toEqual([])
    expect(await head(api.countThreads, {})).toMatchObject({ urgent: 0 })

    world.pass(2 * 60_000)
    await tick(world)
    expect(await toldTo(principal)).toMatchObject([
      { isUrgent: true, page: `packages/teacher/thread/thread?id=${threadId}` },
    ])
    expect(await head(api.countThreads, {})).toMatchObject({ urgent: 1 })
    expect((await head(api.listThreads, { box: 'urgent' })).threads).toMatchObject([{ id: threadId }])
    const seen = await head(api.readThread, { threadId })
    expect(seen.abilities).toEqual({ write: false, finish: false, forward: false, follow: true })
    expect(
      (await refused(head(api.answerThread, { threadId, requestId: newRequest(), text: '在' })))?.status,
    ).toBe(404)
    await head(api.followThread, { threadId })
    expect((await head(api.listThreads, { box: 'urgent' })).threads).toMatchObject([
      { id: threadId, isFollowedByMe: true },
    ])
  })

  it('are nothing to the head of the school when the teacher has answered within the hour', async () => {
    const { write, answer, school, threadIdFor } = await buildThread(world)
    const principal = await buildStaff(school, 'principal')
    await write('孩子说不想活了')
    await answer('我马上给您打电话')
    world.pass(61 * 60_000)
    await tick(world)
    expect(await toldTo(principal)).toEqual([])
    const head = await world.as(principal, 'staff')
    expect((await refused(head(api.readThread, { threadId: await threadIdFor() })))?.status).toBe(404)
  })

  it('reach a deputy with the post, and where nobody holds it the head of the school at once', async () => {
    const { write, klass, teacher, school } = await buildThread(world)
    const deputy = await buildStaff(klass, 'class_teacher', { name: '王芳' })
    await PersonModel.updateOne({ _id: deputy }, { 'posts.0.deputyForId': teacher })
    const principal = await buildStaff(school, 'principal')
    await write('孩子说不想活了')
    expect(await toldTo(deputy)).toHaveLength(1)
    expect(await toldTo(principal)).toEqual([])

    await PersonModel.updateMany(
      { _id: { $in: [deputy, teacher] } },
      { 'posts.$[].to': new Date(world.now().getTime() - 1) },
    )
    await write('他又说想死')
    expect(await toldTo(principal)).toHaveLength(1)
  })
})

describe('the head of a school', () => {
  it('asks who has a family’s words to answer, once a day and in hours of service', async () => {
    const { write, school, teacher, threadIdFor } = await buildThread(world)
    await write('等着回复')
    const threadId = await threadIdFor()
    const head = await world.as(await buildStaff(school, 'principal'), 'staff')
    const at = { unitId: String(school._id), threadId }
    expect(await refused(head(api.askOverdueThread, at))).toMatchObject({ status: 409 })
    const before = (await toldTo(teacher)).length
    world.goTo('2026-12-01T12:00:00Z')
    const late = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    expect(await late(api.countThreads, {})).toMatchObject({ unanswered: 1 })
    await late(api.askOverdueThread, at)
    const asked = (await toldTo(teacher)).find((it) => it._id.includes(':asked-'))
    expect(await toldTo(teacher)).toHaveLength(before + 1)
    expect(asked?.dueAt).toEqual(new Date('2026-12-02T00:00:00Z'))
    expect(JSON.stringify(asked?.values)).toContain('等了很久，学校请您回复')
    expect(await refused(late(api.askOverdueThread, at))).toEqual({
      status: 409,
      message: '今天已经提醒过了；明天还没有回复，可以再提醒',
    })
    expect((await late(api.listOverdueThreads, { unitId: at.unitId })).threads).toMatchObject([
      { id: threadId, askedAt: expect.stringMatching(/^2026-12-01T12:00/) as string },
    ])
    world.pass(DAY_MS)
    const next = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    await next(api.askOverdueThread, at)
    expect(await toldTo(teacher)).toHaveLength(before + 2)
  })

  it('is told to take it over where nobody holds the post that should answer', async () => {
    const { write, school, teacher, threadIdFor } = await buildThread(world)
    await write('等着回复')
    const threadId = await threadIdFor()
    await PersonModel.updateOne({ _id: teacher }, { 'posts.$[].to': new Date(world.now().getTime() - 1) })
    world.pass(8 * DAY_MS)
    const head = await world.as(await buildStaff(school, 'principal'), 'staff')
    const at = { unitId: String(school._id), threadId }
    expect((await refused(head(api.askOverdueThread, at)))?.message).toBe(
      '这个岗位现在没有人，请接过来回复，或者先安排好岗位',
    )
    expect((await head(api.listOverdueThreads, { unitId: at.unitId })).threads).toMatchObject([
      { askedAt: null },
    ])
    await head(api.takeOverThread, at)
  })
})
