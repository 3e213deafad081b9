import { beforeEach, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import {
  createLetter,
  listLetters,
  listMyLetters,
  queueLetter,
  readLetter,
  withdrawLetter,
} from '#contract/letters'
import type { PostKind } from '#contract/posts'
import {
  confirmMyStaffLetter,
  listMyStaffLetters,
  openMyStaffLetter,
  readStaffFigures,
  readStaffSheet,
} from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const DAY = 86_400_000
const PLAIN = { ...DRAFT, body: '{{称呼}}：\n\n请在班里讲一讲防溺水。\n\n{{学校}}' }

async function scene() {
  const here = await buildClass(world)
  const other = await buildBranch({ city: here.city, district: here.district })
  const colleague = await buildStaff(other.klass, 'class_teacher', { name: '周敏' })
  const admin = await buildStaff(here.district, 'district_admin', { name: '陈立' })
  const district = await world.as(admin, 'staff')
  const write = (
    posts: PostKind[],
    over: Record<string, unknown> = {},
    unit: UnitRecord = here.district,
  ) => ({
    ...PLAIN,
    unitId: String(here.district._id),
    requestId: newRequest(),
    audience: [],
    staff: { posts, unitIds: [String(unit._id)] },
    ...over,
  })
  const send = async (posts: PostKind[], over: Record<string, unknown> = {}) => {
    const draft = await district(createLetter, write(posts, over))
    return district(queueLetter, { letterId: draft.id, sendAt: null })
  }
  return {
    ...here,
    other,
    colleagueId: colleague,
    district: here.district,
    call: district,
    teacherId: here.teacher,
    teacher: await world.as(here.teacher, 'staff'),
    colleague: await world.as(colleague, 'staff'),
    office: await world.as(here.office, 'staff'),
    mother: await world.as(here.mother, 'guardian'),
    write,
    send,
  }
}

it('reaches every holder of a post below a district, who read and confirm it, counted school by school', async () => {
  const { send, call, teacher, colleague, office, mother, zhang, school, other, district } = await scene()
  const sent = await send(['class_teacher'])
  await tick(world)

  expect(sent).toMatchObject({
    status: 'sent',
    tally: { expected: 2, read: 0 },
    staff: { posts: ['class_teacher'] },
  })
  expect((await teacher(listMyStaffLetters, {})).letters).toMatchObject([{ id: sent.id, isRead: false }])
  expect((await office(listMyStaffLetters, {})).letters).toEqual([])
  expect((await mother(listMyLetters, { studentId: String(zhang._id) })).letters).toEqual([])
  expect(await OutboxModel.countDocuments({ kind: 'staffMatter', subject: sent.id })).toBe(2)

  const opened = await teacher(openMyStaffLetter, { letterId: sent.id })
  expect(opened).toMatchObject({ isRead: true, isDone: false, abilities: { confirm: true } })
  expect(opened.blocks[0]?.runs[0]?.text).toBe('李老师：')
  await Promise.all([1, 2, 3].map(() => teacher(confirmMyStaffLetter, { letterId: sent.id })))
  await colleague(openMyStaffLetter, { letterId: sent.id })

  const figures = await call(readStaffFigures, { letterId: sent.id, unitId: String(district._id) })
  expect(figures.total).toEqual({ expected: 2, read: 2, confirmed: 1 })
  expect(figures.rows).toHaveLength(2)
  const sheet = await office(readStaffSheet, { letterId: sent.id, unitId: String(school._id) })
  expect(sheet.rows).toMatchObject([{ name: '李老师', confirmedAt: expect.any(String) as string }])
  expect(sheet.rows[0]?.posts).toMatch(/七年级\d+班班主任/)
  await expect(
    office(readStaffSheet, { letterId: sent.id, unitId: String(other.school._id) }),
  ).rejects.toMatchObject({ status: 404 })
  await expect(
    teacher(readStaffSheet, { letterId: sent.id, unitId: String(school._id) }),
  ).rejects.toMatchObject({ status: 404 })
})

it('waits for its readers in 等您处理 until they have done what is asked', async () => {
  const { send, teacher, klass } = await scene()
  const { id: letterId } = await send(['class_teacher'])
  const duties = async () => (await teacher(listDuties, { unitId: String(klass._id) })).duties

  expect(await duties()).toEqual([{ kind: 'staffLetters', count: 1 }])
  await teacher(openMyStaffLetter, { letterId })
  expect(await duties()).toHaveLength(1)
  await teacher(confirmMyStaffLetter, { letterId })

  expect(await duties()).toEqual([])
  expect((await teacher(listMyStaffLetters, { only: 'todo' })).letters).toEqual([])
})

it('does not exist for whoever holds no such post, and is gone for all when it is withdrawn', async () => {
  const { send, call, office, teacher } = await scene()
  const { id: letterId } = await send(['class_teacher'])

  await expect(office(openMyStaffLetter, { letterId })).rejects.toMatchObject({ status: 404 })
  await call(withdrawLetter, { letterId, reason: '写错了时间' })

  await expect(teacher(openMyStaffLetter, { letterId })).rejects.toMatchObject({ status: 409 })
  expect((await teacher(listMyStaffLetters, {})).letters).toEqual([])
})

it('goes to who takes the post over while it is open, and lets go of who left it unread', async () => {
  const { send, klass, ...here } = await scene()
  const open = await send(['class_teacher'], { dueOn: '2026-12-10' })
  const over = await send(['class_teacher'], { dueOn: '2026-11-24' })
  await tick(world)
  world.pass(3 * DAY)
  const now = world.now()
  await PersonModel.updateOne({ _id: here.teacherId, 'posts.0.to': null }, { 'posts.0.to': now })
  const next = await PersonModel.create({
    name: '许静',
    posts: [{ post: 'class_teacher', unitId: klass._id, path: klass.path, from: now, to: null }],
  })
  const newcomer = await world.as(String(next._id), 'staff')

  expect((await newcomer(listMyStaffLetters, {})).letters.map((it) => it.id)).toEqual([open.id])
  await expect(newcomer(openMyStaffLetter, { letterId: over.id })).rejects.toMatchObject({ status: 404 })
  await tick(world)

  const sheets = await StaffSheetModel.find({ letterId: open.id, path: /./ }).lean()
  expect(sheets.flatMap((it) => it.roster.map(String)).sort()).toEqual(
    [String(next._id), here.colleagueId].sort(),
  )
  expect(sheets.map((it) => it.expected)).toEqual([1, 1])
  expect(await OutboxModel.countDocuments({ personId: next._id, kind: 'staffMatter' })).toBe(1)
})

it('is written to staff or to families, asks for no handwriting, and stays inside the writer’s units', async () => {
  const { write, call, district, klass, office, city } = await scene()
  const refused = (sentence: string) => ({
    json: { error: { message: expect.stringContaining(sentence) as string } },
  })
  await expect(
    call(createLetter, write(['teacher'], { audience: [String(district._id)] })),
  ).rejects.toMatchObject(refused('要么写给家长，要么写给老师'))
  await expect(call(createLetter, write(['teacher'], {}, city))).rejects.toMatchObject({ status: 404 })
  const send = async (over: Record<string, unknown>) => {
    const draft = await call(createLetter, write(['class_teacher'], over))
    return call(queueLetter, { letterId: draft.id, sendAt: null })
  }
  await expect(send({ confirmation: 'sign' })).rejects.toMatchObject(refused('看过就好'))
  await expect(send({ body: '{{孩子}}好' })).rejects.toMatchObject(refused('没有孩子和班级'))
  expect(klass).toBeDefined()
  const { letters } = await office(listLetters, { unitId: String(klass._id), box: 'above' })
  expect(letters).toEqual([])
})

it('is found by one indexed query on the keys of one’s posts', async () => {
  const { send, teacher, office, klass } = await scene()
  const { id: letterId } = await send(['class_teacher'])

  const statements = await statementsOf(() => teacher(listMyStaffLetters, {}))

  expect(statements.map((it) => it.name)).toEqual(['find people', 'find letters', 'find staffSheets'])
  expect(scans(statements)).toEqual([])
  expect(statements[1]?.plan).toMatch(/staff\.keys/)
  expect((await office(readLetter, { letterId, unitId: String(klass._id) })).title).toBe(PLAIN.title)
})
