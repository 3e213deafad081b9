import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { listViewsOfMyChild } from '#contract/audit'
import { barGuardian } from '#contract/families'
import { listMyTodos } from '#contract/home'
import { askDeletion } from '#contract/privacy'
import { listContents } from '#contract/safety'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ThreadFileModel } from '../../server/modules/letters/threads/files/model.ts'
import { linkFor } from '../../server/modules/letters/threads/files/routes.ts'
import { ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { everythingOf } from '../../server/modules/privacy/mydata/service.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { buildStaff } from '../support/build.ts'
import { newRequest } from '../support/letters.ts'
import { DOUBTFUL } from '../support/safety.ts'
import { buildThread, sendFile } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// A Monday, ten in the morning.
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const ME = { seenBy: 'me' } as const
const statusOf = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: { status: number }) => error.status,
  )

/** A mother who has written to the 班主任 in confidence. */
async function confide() {
  const built = await buildThread(world)
  const { at, her } = built
  const tell = (text: string, fileIds: string[] = [], call = her) =>
    call(api.writeToMyThread, { ...at, ...ME, requestId: newRequest(), text, fileIds })
  await tell('孩子爸爸和我在分开，请您多留意他')
  const openMine = (call = her) => call(api.openMyThread, { ...at, ...ME })
  return { ...built, tell, openMine }
}

describe('what one guardian tells the school in confidence', () => {
  it('is between this guardian and the post, beside what the whole family writes', async () => {
    const { write, open, openMine, answer, inbox, him, her, at } = await confide()
    await write('春游几点集合？', him)
    expect((await inbox()).map((it) => [it.lastBy, it.privateWith])).toEqual([
      ['张三妈妈', '张三妈妈'],
      ['张三爸爸', null],
    ])
    await answer('我会留意的')
    expect((await openMine()).lines.map((it) => it.text)).toEqual([
      '孩子爸爸和我在分开，请您多留意他',
      '我会留意的',
    ])
    expect((await open()).lines.map((it) => it.text)).toEqual(['春游几点集合？'])
    const { threads } = await her(api.listMyThreads, { studentId: at.studentId })
    expect(threads.map((it) => [it.seenBy, it.isUnread])).toEqual([
      ['me', true],
      ['family', false],
    ])
  })

  it('is nowhere to be seen by the other guardian: not in lists, counts, messages, the log or their own data', async () => {
    const { openMine, answer, him, her, father, mother, at, call, inbox, open } = await confide()
    const [line] = await inbox()
    await call(api.readThread, { threadId: line?.id ?? '' })
    await answer('我会留意的')

    expect((await him(api.listMyThreads, { studentId: at.studentId })).threads).toEqual([])
    expect(await him(api.countMyThreads, {})).toMatchObject({ unread: 0 })
    expect((await him(listMyTodos, {})).todos.map((it) => it.kind)).not.toContain('reply')
    expect((await openMine(him)).lines).toEqual([])
    expect(await open(him)).toMatchObject({ lines: [], seenBy: 'family' })
    expect(await OutboxModel.countDocuments({ personId: father, kind: 'reply' })).toBe(0)
    const seen = await him(listViewsOfMyChild, { studentId: at.studentId })
    expect(JSON.stringify(seen)).not.toMatch(/写给老师的话|写来的话/)
    expect(JSON.stringify(await everythingOf({ personId: father }, world.deps()))).not.toMatch(/留意|悄悄/)

    expect(await OutboxModel.countDocuments({ personId: mother, kind: 'reply' })).toBe(1)
    expect((await her(listMyTodos, {})).todos.find((it) => it.kind === 'reply')?.page).toMatch(/&seenBy=me$/)
    const hers = await her(listViewsOfMyChild, { studentId: at.studentId })
    expect(JSON.stringify(hers)).toContain('看了您家写给老师的话')
  })

  it('keeps its pictures and its single lines from the other guardian too', async () => {
    const { tell, him, father, mother, at, openMine } = await confide()
    const bytes = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#8a6' } })
      .jpeg()
      .toBuffer()
    const { json } = await sendFile(world, await world.tokenOf(mother, 'guardian'), bytes)
    const { line } = await tell('诊断书', [json.id])
    const link = (await openMine()).lines.at(-1)?.files[0]?.link ?? ''
    expect((await fetch(world.origin() + link)).status).toBe(200)
    const file = await ThreadFileModel.findById(json.id).orFail()
    const his = linkFor(
      'family',
      father,
      world.now(),
      world.deps().env,
    )({
      ...file.toObject(),
      fileId: file._id,
    })
    expect((await fetch(world.origin() + his)).status).toBe(404)
    expect(await statusOf(him(api.withdrawMyLine, { studentId: at.studentId, lineId: line.id }))).toBe(404)
  })

  it('can be told by both, each in a thread of their own, and by one only once', async () => {
    const { tell, him, openMine } = await confide()
    await Promise.all([tell('我也有话说', [], him), tell('再补一句', [], him), tell('还有')])
    expect(await ThreadModel.countDocuments()).toBe(2)
    expect((await openMine(him)).lines).toHaveLength(2)
    expect((await openMine()).lines).toHaveLength(2)
    await expect(
      ThreadModel.create({ ...(await ThreadModel.findOne().lean()), _id: undefined }),
    ).rejects.toMatchObject({ code: 11000 })
  })
})

describe('a guardian with a post at the school', () => {
  it('does not come by what the other one confided, at whichever desk', async () => {
    const { father, school, klass, tell, call } = await confide()
    await PersonModel.updateOne(
      { _id: father },
      {
        $push: {
          posts: [
            { unitId: klass._id, path: klass.path, post: 'class_teacher', from: new Date(0), to: null },
            { unitId: school._id, path: school.path, post: 'counsellor', from: new Date(0), to: null },
            { unitId: school._id, path: school.path, post: 'principal', from: new Date(0), to: null },
          ],
        },
      },
    )
    await tell('孩子说不想活了')
    await tell(`${DOUBTFUL}，请学校看看`)
    const staff = await world.as(father, 'staff')
    for (const box of ['waiting', 'urgent'] as const) {
      expect((await staff(api.listThreads, { box })).threads).toEqual([])
    }
    expect(await staff(api.countThreads, {})).toEqual({ waiting: 0, urgent: 0, overdue: 0, unanswered: 0 })
    const [line] = (await call(api.listThreads, { box: 'waiting' })).threads
    expect(await statusOf(staff(api.readThread, { threadId: line?.id ?? '' }))).toBe(404)
    expect(await OutboxModel.countDocuments({ personId: father, kind: 'replyStaff' })).toBe(0)
    const unitId = String(school._id)
    expect(await staff(listContents, { unitId, status: 'waiting' })).toMatchObject({
      contents: [],
      waiting: 0,
    })

    world.pass(8 * 86_400_000)
    const late = await world.as(father, 'staff')
    expect((await late(api.listOverdueThreads, { unitId })).threads).toEqual([])
    const taking = { unitId, threadId: line?.id ?? '' }
    expect(await statusOf(late(api.takeOverThread, taking))).toBe(404)
  })

  it('is passed over when it begins: the school’s office has it', async () => {
    const built = await buildThread(world)
    const { father, klass, teacher, at, her } = built
    await PersonModel.updateOne({ _id: teacher }, { 'posts.$[].to': new Date(world.now().getTime() - 1) })
    const post = { unitId: klass._id, path: klass.path, post: 'class_teacher', from: new Date(0), to: null }
    await PersonModel.updateOne({ _id: father }, { $push: { posts: post } })
    expect((await her(api.openMyThread, { ...at, ...ME })).keeper).toMatch(/^家长学校管理员/)
    const said = { ...at, ...ME, requestId: newRequest(), text: '请别告诉孩子爸爸' }
    await her(api.writeToMyThread, said)
    expect((await ThreadModel.findOne().lean())?.deskPost).toBe('school_admin')
  })
})

describe('when a guardian is kept away from the child', () => {
  it('what they confided stays with the school to read, and nobody answers into the void', async () => {
    const { mother, school, at, call, inbox, openMine, him, her } = await confide()
    const [line] = await inbox()
    const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
    const bond = await GuardianshipModel.findOne({ personId: mother }).lean()
    await principal(barGuardian, {
      studentId: at.studentId,
      guardianshipId: String(bond?._id),
      document: '（2026）云01民初1号',
    })
    const threadId = line?.id ?? ''
    const seen = await call(api.readThread, { threadId })
    expect(seen).toMatchObject({
      privateWith: '张三妈妈',
      closedBecause: '这位家长现在不是孩子的家长了，这段悄悄说只能看',
      abilities: { write: false, forward: false, finish: true },
    })
    const said = { threadId, requestId: newRequest(), text: '在吗' }
    expect(await statusOf(call(api.answerThread, said))).toBe(409)
    expect(await statusOf(openMine(her))).toBe(404)
    expect((await him(api.listMyThreads, { studentId: at.studentId })).threads).toEqual([])
  })

  it('and when their account is closed it is nobody’s, and still not the family’s', async () => {
    const { mother, father, at, her, teacher } = await confide()
    await her(askDeletion, {})
    world.pass(8 * 86_400_000)
    await closeDue(world.deps())
    const him = await world.as(father, 'guardian')
    const call = await world.as(teacher, 'staff')
    expect((await him(api.listMyThreads, { studentId: at.studentId })).threads).toEqual([])
    expect((await him(api.openMyThread, { ...at, ...ME })).lines).toEqual([])
    expect((await call(api.listThreads, { box: 'waiting' })).threads).toMatchObject([
      { privateWith: '一位家长' },
    ])
    expect(JSON.stringify(await ThreadModel.find().lean())).not.toContain(mother)
  })
})
