import { beforeEach, describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import { applyPromotion, beginPromotion, undoPromotion } from '#contract/promotion'
import { askDeletion } from '#contract/privacy'
import { decideContent, listContents } from '#contract/safety'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ThreadFileModel } from '../../server/modules/letters/threads/files/model.ts'
import { LineModel, ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { everythingOf } from '../../server/modules/privacy/mydata/service.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { makePdf } from '../support/films.ts'
import { newRequest, sendLetter, tick } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { DOUBTFUL } from '../support/safety.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { buildThread, sendFile } from '../support/threads.ts'
import { filesOf, placesOf, sealedPlacesOf } from '../support/traces.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const WEEK = 7 * 86_400_000

describe('what a family wrote', () => {
  it('is among their own data, and gone with the account: words, files, marks', async () => {
    const { her, mother, father, teacher, at, write, answer, threadIdFor } = await buildThread(world)
    const token = await world.tokenOf(mother, 'guardian')
    const paper = await sendFile(world, token, makePdf(), { kind: 'pdf', name: '病历.pdf' })
    await write('孩子对花粉过敏', her, [paper.json.id])
    await answer('记下了')
    await her(api.readMyThread, { ...at, upTo: 2 })
    await sendFile(world, token, makePdf(), { kind: 'pdf', name: '没有发出的.pdf' })

    const own = await everythingOf({ personId: mother }, world.deps())
    expect(own.find((it) => it.title === '写给老师的话')?.lines.map((it) => it.value)).toEqual([
      '孩子对花粉过敏 〔病历.pdf〕',
    ])
    expect(await sealedPlacesOf(['孩子对花粉过敏'], world)).toEqual(['ThreadLine.sealedText'])
    const before = (await filesOf(world)).length

    await her(askDeletion, {})
    world.pass(WEEK + 60_000)
    await closeDue(world.deps())
    await closeDue(world.deps())

    expect(await sealedPlacesOf(['孩子对花粉过敏'], world)).toEqual([])
    expect(await placesOf(['病历.pdf', '没有发出的.pdf'])).toEqual([])
    expect(await ThreadFileModel.countDocuments()).toBe(0)
    expect(before - (await filesOf(world)).length).toBe(2)
    expect(JSON.stringify(await ThreadModel.find().lean())).not.toContain(mother)
    const again = await world.as(teacher, 'staff')
    const seen = await again(api.readThread, { threadId: await threadIdFor(again) })
    expect(seen.lines[0]).toMatchObject({ text: '这位家长已注销账号，写的话已经删除', files: [] })
    expect(seen.lines[1]?.text).toBe('记下了')
    const dad = await world.as(father, 'guardian')
    expect((await dad(api.openMyThread, at)).lines).toHaveLength(2)
  })

  it('waits where WeChat is in doubt, arrives when a person has passed it, and says why when not', async () => {
    const { write, open, inbox, school, him, teacher } = await buildThread(world)
    const { line } = await write(`${DOUBTFUL}一`)
    await write(`${DOUBTFUL}二`, him)
    expect(await inbox()).toEqual([])
    expect(await OutboxModel.countDocuments({ personId: teacher, kind: 'replyStaff' })).toBe(0)
    // The other parent is not shown it either.
    expect((await open(him)).lines.map((it) => it.by)).toEqual(['张三爸爸'])

    const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
    const unitId = String(school._id)
    const { contents } = await principal(listContents, { unitId, status: 'waiting' })
    expect(contents.map((it) => it.kind)).toEqual(['reply', 'reply'])
    for (const it of contents) {
      const pass = it.text.endsWith('一')
      await principal(decideContent, {
        ...{ contentId: it.id, savedAt: it.savedAt, pass },
        ...(!pass && { words: '请不要写别家的事' }),
      })
    }
    expect((await inbox()).map((it) => it.preview)).toEqual([`${DOUBTFUL}一`])
    expect((await open(him)).lines.find((it) => it.isMine)?.refusedBecause).toBe('请不要写别家的事')
    expect((await open()).lines.map((it) => it.id)).toEqual([line.id])
  })

  it('is thrown away with its file when it was never sent', async () => {
    const { mother } = await buildThread(world)
    await sendFile(world, await world.tokenOf(mother, 'guardian'), makePdf(), { kind: 'pdf' })
    expect(await ThreadFileModel.countDocuments()).toBe(1)
    world.pass(49 * 3_600_000)
    await tick(world)
    expect(await ThreadFileModel.countDocuments()).toBe(0)
  })
})

describe('a line that breaks off half-way', () => {
  it('leaves nothing behind, and sent again under its number is there once with its message', async () => {
    const { her, at, teacher } = await buildThread(world)
    const db = OutboxModel.db.db
    const refuse = (isRefusing: boolean) =>
      db?.command({
        collMod: 'outbox',
        validator: isRefusing ? { kind: { $ne: 'replyStaff' } } : {},
        validationLevel: isRefusing ? 'strict' : 'off',
      })
    const said = { ...at, requestId: newRequest(), text: '只说一次' }
    // The database takes the line and then not its message: as a crash between the two would.
    await refuse(true)
    await expect(her(api.writeToMyThread, said)).rejects.toMatchObject({ status: 500 })
    await refuse(false)
    expect(await LineModel.countDocuments()).toBe(0)
    expect(await ThreadModel.findOne().lean()).toMatchObject({ seq: 0, state: 'answered' })

    await Promise.all(Array.from({ length: 6 }, () => her(api.writeToMyThread, said)))
    expect(await LineModel.countDocuments()).toBe(1)
    expect(await ThreadModel.findOne().lean()).toMatchObject({ seq: 1, state: 'waiting' })
    expect(await OutboxModel.countDocuments({ personId: teacher, kind: 'replyStaff' })).toBe(1)
  })
})

describe('a message about a thread', () => {
  it('is not sent when it was read, answered, or its post went to somebody else meanwhile', async () => {
    world.goTo('2026-11-27T12:00:00Z')
    const { write, answer, her, at, teacher, father, klass } = await buildThread(world)
    const waiting = async () => {
      const messages = await OutboxModel.find({
        kind: { $in: ['reply', 'replyStaff'] },
        status: 'pending',
      }).lean()
      const dropped = await unwanted(messages, world.now())
      return messages.map((it) => [it.kind, String(it.personId) === teacher, dropped.get(it._id) ?? null])
    }
    await write('晚上写的')
    expect(await waiting()).toEqual([['replyStaff', true, null]])
    await PersonModel.updateOne({ _id: teacher }, { 'posts.0.to': new Date(world.now().getTime() - 1) })
    expect(await waiting()).toEqual([['replyStaff', true, 'notTheirs']])
    const next = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    await answer('我来回', next)
    expect((await waiting()).filter(([kind]) => kind === 'reply').map(([, , why]) => why)).toEqual([
      null,
      null,
    ])
    await her(api.readMyThread, { ...at, upTo: 2 })
    await PersonModel.updateOne({ _id: father }, { consent: { version: 1, isGiven: false, at: world.now() } })
    // Hers was taken back when she read it; his may not be said to who sees nothing of the child.
    expect((await waiting()).filter(([kind]) => kind === 'reply').map(([, , why]) => why)).toEqual([
      'notTheirs',
    ])
  })
})

const settled = (id: string, status: string) =>
  expect
    .poll(async () => (await PromotionModel.findById(id))?.status, { timeout: 20_000, interval: 50 })
    .toBe(status)

it('follows a class that moves up, and back, with its 班主任', async () => {
  world.goTo('2027-07-20T02:00:00Z')
  const office = await buildDistrict(world)
  const school = await buildSchool(world, office, { grades: [7] })
  const klass = school.classOf('七年级2班')
  const student = await buildStudent(klass, { name: '张三' })
  const teacherId = await buildStaff(klass, 'class_teacher', { name: '李文' })
  const writer = await buildStaff(school.school, 'school_admin')
  const mother = await world.as(await buildGuardian(world, student), 'guardian')
  const letter = await sendLetter(world, writer, school.school, { audience: [klass] })
  const at = { studentId: String(student._id), letterId: letter.id }
  const write = (text: string) => mother(api.writeToMyThread, { ...at, requestId: newRequest(), text })
  await write('升级以前')

  const unitId = String(office.district._id)
  const { id: promotionId } = await office.call(beginPromotion, { unitId })
  await office.call(applyPromotion, { promotionId })
  await settled(promotionId, 'applied')
  const moved = await StudentModel.findById(student._id).lean()
  expect(String(moved?.classId)).not.toBe(String(klass._id))
  const thread = await ThreadModel.findOne().lean()
  expect(String(thread?.deskUnitId)).toBe(String(moved?.classId))
  await write('升级以后')
  const teacher = await world.as(teacherId, 'staff')
  expect((await teacher(api.listThreads, { box: 'waiting' })).threads).toMatchObject([
    { preview: '升级以后' },
  ])

  await office.call(undoPromotion, { promotionId })
  await settled(promotionId, 'undone')
  expect(String((await ThreadModel.findOne().lean())?.deskUnitId)).toBe(String(klass._id))
})

it('asks the database by its indexes alone', async () => {
  const { write, answer, her, call, at, school, threadIdFor, klass } = await buildThread(world)
  await write('在吗')
  const threadId = await threadIdFor()
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const counsellor = await world.as(await buildStaff(school, 'counsellor'), 'staff')
  const statements = await statementsOf(async () => {
    await write('还在吗')
    await her(api.openMyThread, at)
    await her(api.listMyThreads, { studentId: at.studentId })
    await her(api.countMyThreads, {})
    await her(api.readMyThread, { ...at, upTo: 1 })
    for (const box of ['waiting', 'answered', 'done', 'urgent'] as const) {
      await call(api.listThreads, { box, words: '张三', classId: String(klass._id) })
      await counsellor(api.listThreads, { box })
    }
    await call(api.countThreads, {})
    await counsellor(api.countThreads, {})
    await call(api.readThread, { threadId })
    await call(api.markThreadRead, { threadId, upTo: 1 })
    await answer('在')
    await call(listDuties, { unitId: String(klass._id) })
    await principal(listDuties, { unitId: String(school._id) })
    await principal(api.listOverdueThreads, { unitId: String(school._id) })
    await tick(world)
  })
  // What other rooms ask along the way is looked at by them.
  const ours = statements.filter((it) => /thread|phrases|serviceHours/i.test(it.name))
  expect(ours.length).toBeGreaterThan(20)
  expect(scans(ours)).toEqual([])
  expect(await LineModel.countDocuments()).toBe(3)
})
