import { Types } from 'mongoose'
import { beforeEach, describe, expect, it } from 'vitest'
import { listViewsOfMyChild } from '#contract/audit'
import { barGuardian } from '#contract/families'
import { listDuties } from '#contract/home'
import { moveStudent } from '#contract/transfers'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { everythingOf } from '../../server/modules/privacy/mydata/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { carry } from '../../server/modules/org/transfers/move/service.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildBranch, buildGuardian, buildStaff } from '../support/build.ts'
import { newRequest, tick } from '../support/letters.ts'
import { buildThread } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const DAY_MS = 86_400_000
const statusOf = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: { status: number }) => error.status,
  )

const endPosts = (personId: string) =>
  PersonModel.updateOne({ _id: personId }, { 'posts.$[].to': new Date(world.now().getTime() - 1) })

describe('a thread belongs to a family and a post', () => {
  it('and to no other parent, teacher or office', async () => {
    const { write, at, klass, school, district, city, grade, li, threadIdFor } = await buildThread(world)
    await write('只给班主任')
    const threadId = await threadIdFor()
    const other = await world.as(await buildGuardian(world, li), 'guardian')
    expect(await statusOf(other(api.openMyThread, at))).toBe(404)
    for (const [unit, post] of [
      [klass, 'teacher'],
      [klass, 'mentor'],
      [grade, 'grade_head'],
      [school, 'principal'],
      [school, 'school_admin'],
      [school, 'counsellor'],
      [district, 'district_admin'],
      [city, 'city_admin'],
      [district, 'inspector'],
      [district, 'auditor'],
    ] as const) {
      const call = await world.as(await buildStaff(unit, post), 'staff')
      expect([post, await statusOf(call(api.readThread, { threadId }))]).toEqual([post, 404])
      expect([
        post,
        await statusOf(call(api.answerThread, { threadId, requestId: newRequest(), text: '好' })),
      ]).toEqual([post, 404])
      expect((await call(api.listThreads, { box: 'waiting' })).threads).toEqual([])
    }
  })

  it('goes over with the post: the successor sees it, the predecessor no longer', async () => {
    const { write, teacher, call, klass, threadIdFor, open } = await buildThread(world)
    await write('还没有人回')
    const threadId = await threadIdFor()
    await endPosts(teacher)
    expect(await statusOf(call(api.readThread, { threadId }))).toBe(404)
    const next = await world.as(await buildStaff(klass, 'class_teacher', { name: '王芳' }), 'staff')
    expect((await next(api.readThread, { threadId })).lines).toHaveLength(1)
    await next(api.answerThread, { threadId, requestId: newRequest(), text: '我是新班主任' })
    expect((await open()).lines.at(-1)?.by).toBe('班主任 王芳老师')
    expect((await open()).keeper).toBe('班主任 王芳老师')
  })

  it('is answered by a deputy, who is told from the holder', async () => {
    const { write, teacher, klass, threadIdFor, open } = await buildThread(world)
    const deputy = await buildStaff(klass, 'class_teacher', { name: '王芳' })
    await PersonModel.updateOne({ _id: deputy }, { 'posts.0.deputyForId': teacher })
    const call = await world.as(deputy, 'staff')
    await write('请问')
    await call(api.answerThread, {
      threadId: await threadIdFor(call),
      requestId: newRequest(),
      text: '李老师请假',
    })
    expect((await open()).lines.at(-1)?.by).toBe('班主任（代） 王芳老师')
  })

  it('keeps closed threads open to look at for this school year and the last', async () => {
    const { write, answer, call, threadIdFor } = await buildThread(world)
    await write('谢谢')
    await answer('不客气')
    const threadId = await threadIdFor()
    await call(api.finishThread, { threadId })
    expect((await call(api.listThreads, { box: 'done' })).threads).toHaveLength(1)
    world.pass(650 * DAY_MS)
    const fresh = await world.as(String((await PersonModel.findOne({ name: '李老师' }).lean())?._id), 'staff')
    expect((await fresh(api.listThreads, { box: 'done' })).threads).toEqual([])
    expect(await statusOf(fresh(api.readThread, { threadId }))).toBe(404)
  })

  it('opens again when the family writes', async () => {
    const { write, answer, call, threadIdFor, inbox } = await buildThread(world)
    await write('谢谢')
    await answer('不客气')
    await call(api.finishThread, { threadId: await threadIdFor() })
    await write('还有一件事')
    expect(await inbox()).toMatchObject([{ state: 'waiting' }])
  })
})

describe('a child that moves', () => {
  const another = async (grade: { _id: unknown }, n: string) =>
    ensureUnit({
      kind: 'class',
      name: `${n}班`,
      code: `X${n}-${Date.now()}`,
      parent: grade as never,
      grade: 7,
    })

  it('takes its thread to the 班主任 of its new class', async () => {
    const { write, call, office, grade, at, threadIdFor, open } = await buildThread(world)
    await write('换班以前')
    const threadId = await threadIdFor()
    const second = await another(grade, '9')
    const next = await world.as(await buildStaff(second, 'class_teacher', { name: '王芳' }), 'staff')
    const asOffice = await world.as(office, 'staff')
    await asOffice(moveStudent, { studentId: at.studentId, classId: String(second._id) })

    expect(await statusOf(call(api.readThread, { threadId }))).toBe(404)
    expect((await next(api.listThreads, { box: 'waiting' })).threads).toMatchObject([{ id: threadId }])
    await write('换班以后')
    expect((await next(api.readThread, { threadId })).lines).toHaveLength(2)
    expect((await open()).keeper).toBe('班主任 王芳老师')
  })

  it('keeps it for the family at another school; the old one keeps what it had and sees no more', async () => {
    const { write, call, at, threadIdFor, open, district, city, zhang } = await buildThread(world)
    await write('转学以前')
    const threadId = await threadIdFor()
    const far = await buildBranch({ district, city })
    await PersonModel.db.transaction(() =>
      carry({ student: zhang, to: far.klass, detail: '转学', move: 'school' }, world.now()),
    )
    expect(await open()).toMatchObject({
      closedBecause: '孩子已经转到别的学校，这里的话您随时能看；有事请写给新学校的老师',
      lines: [{ text: '转学以前' }],
    })
    expect(await statusOf(write('转学以后'))).toBe(409)
    const theirs = await world.as(await buildStaff(far.klass, 'class_teacher'), 'staff')
    expect(await statusOf(theirs(api.readThread, { threadId }))).toBe(404)
    const old = await call(api.readThread, { threadId })
    expect(old.lines).toHaveLength(1)
    expect(old.abilities.write).toBe(false)
    expect(await statusOf(call(api.answerThread, { threadId, requestId: newRequest(), text: '在吗' }))).toBe(
      409,
    )
    expect(at.studentId).toBe(String(zhang._id))
  })
})

describe('a guardian who is barred', () => {
  it('loses the thread at once; what they wrote stays with the school and with them, and is not shown to the family', async () => {
    const { write, him, open, father, school, at, call, threadIdFor, answer, her } = await buildThread(world)
    await write('爸爸写的', him)
    await write('妈妈写的')
    const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
    const bond = await GuardianshipModel.findOne({ personId: father }).lean()
    await principal(barGuardian, {
      studentId: at.studentId,
      guardianshipId: String(bond?._id),
      document: '（2026）云01民初1号',
    })
    await answer('收到')

    expect(await statusOf(him(api.openMyThread, at))).toBe(404)
    expect(await statusOf(write('再写', him))).toBe(404)
    expect((await open()).lines.map((it) => it.text)).toEqual(['妈妈写的', '收到'])
    const seen = await call(api.readThread, { threadId: await threadIdFor() })
    expect(seen.lines.map((it) => [it.text, it.isWithheld ?? false])).toEqual([
      ['爸爸写的', true],
      ['妈妈写的', false],
      ['收到', false],
    ])
    expect(
      await OutboxModel.countDocuments({ personId: father, kind: 'reply', isHidden: { $ne: true } }),
    ).toBe(0)
    const theirs = await everythingOf({ personId: father }, world.deps())
    const words = theirs.find((it) => it.title === '写给老师的话')
    expect(words?.lines.map((it) => it.value)).toEqual(['爸爸写的'])
    expect(JSON.stringify(words)).not.toContain('妈妈写的')
    expect((await her(api.listMyThreads, { studentId: at.studentId })).threads).toHaveLength(1)
  })
})

describe('words of danger', () => {
  it('go out at once, show the help lines to who wrote them, and reach the post and the counsellor in the night', async () => {
    world.goTo('2026-11-28T15:30:00Z')
    const { write, her, at, school, teacher, inbox, call, threadIdFor, open } = await buildThread(world)
    const counsellorId = await buildStaff(school, 'counsellor', { name: '赵静' })
    const principalId = await buildStaff(school, 'principal')
    const said = await write('孩子昨晚说不想活了，我很害怕')
    expect(said.helpLines.map((it) => it.number)).toEqual(expect.arrayContaining(['110', '120', '12355']))
    expect(said.line.isInReview).toBe(false)

    const told = await OutboxModel.find({ kind: 'replyStaff' }).lean()
    expect(told.map((it) => String(it.personId)).sort()).toEqual([teacher, counsellorId].sort())
    expect(told.every((it) => it.isUrgent && it.dueAt <= world.now())).toBe(true)
    expect(JSON.stringify(told)).not.toContain('不想活')
    expect(await inbox()).toMatchObject([{ isUrgent: true }])

    const counsellor = await world.as(counsellorId, 'staff')
    expect((await counsellor(api.listThreads, { box: 'urgent' })).threads).toHaveLength(1)
    const threadId = await threadIdFor()
    const seen = await counsellor(api.readThread, { threadId })
    expect(seen.abilities).toEqual({ write: false, finish: false, forward: false, follow: true })
    // Nobody has taken it up within the hour: whoever runs the school hears of it, once.
    world.pass(61 * 60_000)
    await tick(world)
    await tick(world)
    expect(await OutboxModel.countDocuments({ personId: principalId, kind: 'replyStaff' })).toBe(1)

    await counsellor(api.followThread, { threadId })
    await counsellor(api.followThread, { threadId })
    expect(await statusOf(call(api.followThread, { threadId }))).toBe(409)
    expect((await counsellor(api.listThreads, { box: 'urgent' })).threads).toMatchObject([
      { id: threadId, isUrgent: false, isFollowedByMe: true },
    ])
    expect((await call(api.listThreads, { box: 'urgent' })).threads).toEqual([])
    expect((await call(api.readThread, { threadId })).followedBy?.name).toBe('赵静老师')
    // Quiet: the family's pages show no mark, nor does the list of who has looked.
    const { views } = await her(listViewsOfMyChild, { studentId: at.studentId })
    expect(views.length).toBeGreaterThan(1)
    expect(JSON.stringify(views)).not.toMatch(/尽快|跟进|安全/)
    expect(JSON.stringify(await open())).not.toMatch(/rgent|danger/)
  })

  it('are taken up by whoever answers, and asked about again when they are written again', async () => {
    const { write, answer, call, threadIdFor } = await buildThread(world)
    await write('孩子说想死')
    expect(await call(api.countThreads, {})).toMatchObject({ urgent: 1 })
    await answer('我马上给您打电话')
    expect(await call(api.countThreads, {})).toMatchObject({ urgent: 0 })
    const threadId = await threadIdFor()
    expect((await call(api.readThread, { threadId })).followedBy?.name).toBe('班主任 李老师')
    await write('他又说不想活了')
    expect((await call(api.readThread, { threadId })).followedBy).toBeNull()
    expect(await call(api.countThreads, {})).toMatchObject({ urgent: 1 })
  })

  it('stay with the school when they are taken back', async () => {
    const { write, her, at, call, threadIdFor, open } = await buildThread(world)
    const { line } = await write('他说想死')
    await her(api.withdrawMyLine, { studentId: at.studentId, lineId: line.id })
    expect((await open()).lines[0]).toMatchObject({ isWithdrawn: true, text: '' })
    const seen = await call(api.readThread, { threadId: await threadIdFor() })
    expect(seen.lines[0]).toMatchObject({ isWithdrawn: true, text: '他说想死' })
  })
})

describe('a thread that nobody answers', () => {
  it('stands before the post after two working days, and before the head of the school after five', async () => {
    const { write, call, klass, school, office, teacher, threadIdFor, open } = await buildThread(world)
    await write('等着回复')
    const threadId = await threadIdFor()
    const unitId = String(klass._id)
    world.pass(2 * DAY_MS - 60_000)
    expect((await call(listDuties, { unitId })).duties.map((it) => it.kind)).not.toContain('replies')
    world.pass(120_000)
    expect((await call(listDuties, { unitId })).duties).toContainEqual({ kind: 'replies', count: 1 })
    expect(await call(api.countThreads, {})).toEqual({ waiting: 1, urgent: 0, overdue: 1 })

    const principal = await world.as(await buildStaff(school, 'principal', { name: '周明' }), 'staff')
    const at = { unitId: String(school._id) }
    expect((await principal(api.listOverdueThreads, at)).threads).toEqual([])
    expect(await statusOf(principal(api.takeOverThread, { ...at, threadId }))).toBe(409)
    world.pass(5 * DAY_MS)
    expect((await principal(listDuties, at)).duties).toContainEqual({ kind: 'unanswered', count: 1 })
    const [late] = (await principal(api.listOverdueThreads, at)).threads
    expect(late).toMatchObject({ id: threadId, keeper: '班主任 李老师', childName: '张三' })
    expect(JSON.stringify(late)).not.toContain('等着回复')
    await principal(api.takeOverThread, { ...at, threadId })
    expect((await open()).keeper).toBe('校长 周明老师')
    const again = await world.as(teacher, 'staff')
    expect(await statusOf(again(api.readThread, { threadId }))).toBe(404)
    expect(await statusOf((await world.as(office, 'staff'))(api.readThread, { threadId }))).toBe(404)
  })
})

describe('forwarding', () => {
  it('hands a thread to another post of the school, and tells the family who has it now', async () => {
    const { write, call, school, threadIdFor, open } = await buildThread(world)
    const counsellorId = await buildStaff(school, 'counsellor', { name: '赵静' })
    await write('孩子最近睡不好')
    const threadId = await threadIdFor()
    const { desks } = await call(api.listDesks, { threadId })
    const to = desks.find((it) => it.post === 'counsellor')
    expect(to?.holders).toEqual(['赵静'])
    const elsewhere = await buildBranch()
    await buildStaff(elsewhere.school, 'counsellor')
    expect(
      await statusOf(
        call(api.forwardThread, { threadId, unitId: String(elsewhere.school._id), post: 'counsellor' }),
      ),
    ).toBe(400)
    await call(api.forwardThread, { threadId, unitId: String(school._id), post: 'counsellor' })

    expect(await statusOf(call(api.readThread, { threadId }))).toBe(404)
    const counsellor = await world.as(counsellorId, 'staff')
    expect((await counsellor(api.readThread, { threadId })).lines.map((it) => [it.side, it.by])).toEqual([
      ['family', '张三妈妈'],
      ['note', '转给心理教师来回复'],
    ])
    const seen = await open()
    expect(seen.keeper).toBe('心理教师 赵静老师')
    expect(seen.lines.at(-1)).toMatchObject({ side: 'note', by: '转给心理教师来回复' })
    expect(await AuditModel.countDocuments({ act: 'thread.forwarded' })).toBe(1)
  })
})

it('takes down who of the school opened a family’s words, once in ten minutes, each family by itself', async () => {
  const { write, call, threadIdFor, at, her } = await buildThread(world)
  await write('在吗')
  const threadId = await threadIdFor()
  await call(api.readThread, { threadId })
  await call(api.readThread, { threadId })
  const lines = await AuditModel.find({ act: 'thread.opened' }).lean()
  expect(lines.map((it) => it.studentIds.map(String))).toEqual([[at.studentId]])
  expect(JSON.stringify(lines)).not.toContain('在吗')
  const { views } = await her(listViewsOfMyChild, { studentId: at.studentId })
  expect(JSON.stringify(views)).toContain('看了您家写给老师的话')
})

it('finds a thread by child, letter and class, and by no sign that is not in the words', async () => {
  const { write, call, li, klass, letter } = await buildThread(world)
  const liMother = await world.as(await buildGuardian(world, li), 'guardian')
  await write('一')
  await liMother(api.writeToMyThread, {
    studentId: String(li._id),
    letterId: letter.id,
    requestId: newRequest(),
    text: '二',
  })
  const find = async (said: object) =>
    (await call(api.listThreads, { box: 'waiting', ...said })).threads.map((it) => it.childName)
  expect(await find({})).toEqual(['张三', '李四'])
  expect(await find({ words: '李四' })).toEqual(['李四'])
  expect(await find({ words: '.*' })).toEqual([])
  expect(await find({ classId: String(klass._id) })).toHaveLength(2)
  expect(await find({ letterId: String(new Types.ObjectId()) })).toEqual([])
  expect(await ThreadModel.countDocuments()).toBe(2)
})
