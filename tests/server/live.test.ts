import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  askLive,
  beatLive,
  beginLive,
  cancelLive,
  changeLive,
  createLive,
  endLive,
  joinLive,
  listLive,
  listLiveAttendance,
  listLiveQuestions,
  listMyLive,
  makeLiveLesson,
  readLive,
  readMyLive,
  registerLive,
  settleLiveQuestion,
  unregisterLive,
} from '#contract/live'
import { readParentSchool } from '#contract/parent-school'
import { readMyData } from '#contract/privacy'
import { remoteLive } from '../../server/infra/live/remote.ts'
import { AttendanceModel } from '../../server/modules/courses/attendance/model.ts'
import { LessonDraftModel } from '../../server/modules/courses/drafts/lessons/model.ts'
import { forgetAttendance } from '../../server/modules/courses/live/personal/service.ts'
import { LiveModel, QuestionModel, SeatModel } from '../../server/modules/courses/live/model.ts'
import { fetchRecordings } from '../../server/modules/courses/live/recording/service.ts'
import { workThrough } from '../../server/modules/courses/live/running/service.ts'
import { AssetModel } from '../../server/modules/files/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { startLiveSimulator } from '../../server/scripts/simulator/live.ts'
import { buildStaff } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildSurveyed } from '../support/surveys.ts'
import { useWorld } from '../support/world.ts'

const FILM = 'content/courses/grade1/01-first-month/video.mp4'
const KEY = 'a-key-of-the-live-service'
const world = useWorld()
let simulator: Awaited<ReturnType<typeof startLiveSimulator>>
beforeAll(async () => {
  simulator = await startLiveSimulator({ port: 0, key: KEY, film: FILM })
  world.deps().live = remoteLive({ baseUrl: simulator.url, key: KEY, log: world.deps().log })
})
afterAll(() => simulator.stop())
beforeEach(() => {
  Object.assign(simulator.control, { troubles: [], recording: 'ready', waits: 0 })
  simulator.control.streams.clear()
  world.goTo('2026-11-23T02:00:00Z')
})

const START = '2026-11-25T11:00:00.000Z'
const LIVE = {
  title: '手机放下来，话匣子打开',
  summary: '一起练三句话',
  theme: 'guidance' as const,
  startAt: START,
  minutes: 10,
  grades: [7],
  lecturerIds: [] as string[],
}
let serial = 0

/** A planned class of a school, and the parents of its families. */
async function scene(families = 3, over: object = {}) {
  const built = await buildSurveyed(world, families)
  const office = await world.as(built.office, 'staff')
  const unitId = String(built.school._id)
  const { id: liveId } = await office(createLive, {
    ...LIVE,
    ...over,
    unitId,
    requestId: `request-${++serial}`,
  })
  const parents = await Promise.all(
    built.families.map(async ({ personId, studentId }) => ({
      personId,
      studentId,
      liveId,
      call: await world.as(personId, 'guardian'),
    })),
  )
  return { ...built, unitId, liveId, call: office, parents }
}
type Scene = Awaited<ReturnType<typeof scene>>
type Parent = Scene['parents'][number]
const ids = ({ studentId, liveId }: Parent) => ({ studentId, liveId })

async function begun(over: object = {}) {
  const built = await scene(3, over)
  world.goTo(START)
  await built.call(beginLive, { liveId: built.liveId })
  return built
}

/** Sits in class for so many seconds, a beat every fifteen. */
async function sit(parent: Parent | undefined, seconds: number) {
  if (!parent) throw new Error('no parent')
  await parent.call(joinLive, ids(parent))
  await parent.call(beatLive, { ...ids(parent), played: 0 })
  let room
  for (let at = 0; at < seconds; at += 15) {
    world.pass(15_000)
    room = await parent.call(beatLive, { ...ids(parent), played: 15 })
  }
  return room
}

describe('planning a class', () => {
  it('makes it once however often the button is pressed, for its grades and no others', async () => {
    const { call, unitId, parents } = await scene(1)
    const said = { ...LIVE, unitId, requestId: 'request-same' }
    const made = await Promise.all([call(createLive, said), call(createLive, said)])
    expect(made[0].id).toBe(made[1].id)
    const other = await call(createLive, { ...said, grades: [8], requestId: 'request-other' })

    const [parent] = parents
    const coming = (await parent?.call(listMyLive, { studentId: parent.studentId }))?.coming ?? []
    expect(coming.map((it) => it.id)).toContain(made[0].id)
    expect(coming.map((it) => it.id)).not.toContain(other.id)
  })

  it.each([
    ['yesterday', { startAt: '2026-11-22T11:00:00.000Z' }],
    ['in two years', { startAt: '2028-11-22T11:00:00.000Z' }],
    ['four hours long', { minutes: 240 }],
    ['without a title', { title: ' ' }],
  ])('refuses a class %s', async (_, wrong) => {
    const built = await buildSurveyed(world, 1)
    const token = await world.tokenOf(built.office, 'staff')
    const said = { ...LIVE, ...wrong, requestId: 'request-wrong' }
    const response = await world.send(token, 'POST', `/api/units/${String(built.school._id)}/live`, said)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(
      /[\u4e00-\u9fff]/,
    )
    expect(await LiveModel.countDocuments()).toBe(0)
  })

  it('is not a class teacher’s to do, nor another school’s', async () => {
    const { liveId, klass } = await scene(1)
    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    await expect(teacher(beginLive, { liveId })).rejects.toMatchObject({ status: 404 })
    const other = await scene(1)
    await expect(other.call(cancelLive, { liveId, reason: '停电' })).rejects.toMatchObject({ status: 404 })
    await expect(
      other.parents[0]?.call(readMyLive, { ...ids(other.parents[0]), liveId }),
    ).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('registering', () => {
  it('counts a family once and reminds a day and half an hour before', async () => {
    const { parents } = await scene(1)
    const [parent] = parents
    if (!parent) return
    await Promise.all([parent.call(registerLive, ids(parent)), parent.call(registerLive, ids(parent))])

    expect(await AttendanceModel.find().lean()).toMatchObject([{ registered: 1 }])
    const reminders = await OutboxModel.find({ kind: 'liveReminder' }).sort({ showAt: 1 }).lean()
    expect(reminders.map((it) => it.showAt.toISOString())).toEqual([
      '2026-11-24T11:00:00.000Z',
      '2026-11-25T10:30:00.000Z',
    ])
    expect((await parent.call(unregisterLive, ids(parent))).hasRegistered).toBe(false)
    expect(await AttendanceModel.find().lean()).toMatchObject([{ registered: 0 }])
    expect(await OutboxModel.countDocuments({ kind: 'liveReminder', status: 'pending' })).toBe(0)
  })

  it('tells who has registered of a new time and of the end of it', async () => {
    const { call, liveId, parents } = await scene(2)
    const [parent] = parents
    if (!parent) return
    await parent.call(registerLive, ids(parent))
    await call(changeLive, { ...LIVE, liveId, startAt: '2026-11-26T11:00:00.000Z' })
    await call(cancelLive, { liveId, reason: '讲师生病了' })

    const told = await OutboxModel.find({ kind: 'live' }).sort({ _id: 1 }).lean()
    expect(told.map((it) => it.title).sort()).toEqual(['云课堂取消了', '云课堂改时间了'])
    expect(told.every((it) => String(it.personId) === parent.personId)).toBe(true)
    expect(await OutboxModel.countDocuments({ kind: 'liveReminder', status: 'pending' })).toBe(0)
    await expect(parent.call(registerLive, ids(parent))).rejects.toMatchObject({ status: 409 })
  })
})

describe('a class', () => {
  it('begins half an hour early at most, once, and says what the service refuses', async () => {
    const { call, liveId } = await scene(1)
    await expect(call(beginLive, { liveId })).rejects.toMatchObject({ status: 409 })
    world.goTo('2026-11-25T10:40:00Z')
    simulator.control.troubles = [429]
    await expect(call(beginLive, { liveId })).rejects.toMatchObject({
      status: 503,
      json: { error: { message: '同时直播的课太多了，请过几分钟再试' } },
    })
    expect((await LiveModel.findById(liveId).lean())?.status).toBe('scheduled')
    const both = await Promise.allSettled([call(beginLive, { liveId }), call(beginLive, { liveId })])
    expect(both.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(simulator.control.streams.size).toBe(1)
  })

  it('counts who was there for two thirds of it, by the server’s clock', async () => {
    const { parents, call, unitId, liveId, klass } = await begun()
    const room = await sit(parents[0], 405)
    expect(room).toMatchObject({ hasAttended: true, neededSeconds: 400 })
    const forged = parents[1]
    if (!forged) return
    await forged.call(joinLive, ids(forged))
    for (let n = 0; n < 20; n++) await forged.call(beatLive, { ...ids(forged), played: 600 })
    await call(endLive, { liveId })

    const { tally, rows } = await call(readLive, { unitId, liveId })
    expect(tally).toEqual({ registered: 0, joined: 2, attended: 1 })
    expect(rows).toMatchObject([{ kind: 'grade', tally: { attended: 1 } }])
    const seat = await SeatModel.findOne({ personId: forged.personId }).lean()
    expect(seat?.watched).toBeLessThanOrEqual(6)
    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    const { families } = await teacher(listLiveAttendance, { classId: String(klass._id), liveId })
    expect(families.map((it) => [it.studentName, it.guardian, it.hasJoined, it.hasAttended])).toEqual([
      ['孩子0', '孩子0妈妈', true, true],
      ['孩子1', '孩子1妈妈', true, false],
      ['孩子2', null, false, false],
    ])
  })

  it('that ends early asks for two thirds of what was held', async () => {
    const { parents, call, unitId, liveId } = await begun()
    await sit(parents[0], 90)
    world.pass(30_000)
    await call(endLive, { liveId })
    expect((await call(readLive, { unitId, liveId })).tally.attended).toBe(1)
    await expect(call(endLive, { liveId })).rejects.toMatchObject({ status: 409 })
  })

  it('credits two phones at once no more than one', async () => {
    const { parents } = await begun()
    const [parent] = parents
    if (!parent) return
    await parent.call(joinLive, ids(parent))
    await parent.call(beatLive, { ...ids(parent), played: 0 })
    world.pass(15_000)
    await Promise.all([1, 2, 3, 4].map(() => parent.call(beatLive, { ...ids(parent), played: 15 })))
    expect((await SeatModel.findOne({ personId: parent.personId }).lean())?.watched).toBeLessThanOrEqual(18)
  })

  it('stands among the activities of its school, and what a crash left is settled by the tick', async () => {
    const { parents, call, unitId, liveId } = await begun()
    await sit(parents[0], 405)
    await LiveModel.updateOne({ _id: liveId }, { status: 'ended', endedAt: world.now() })
    await workThrough(world.deps())
    await workThrough(world.deps())

    const { activities, duties } = await call(readParentSchool, { unitId })
    expect(activities).toMatchObject([
      { liveId, title: LIVE.title, evidence: { way: 'live', families: 1 }, isOnline: true },
    ])
    expect(duties[0]).toMatchObject({ key: 'guidanceAutumn', state: 'done' })
  })

  it('that nobody attended is no activity', async () => {
    const { call, unitId, liveId } = await begun()
    world.pass(60_000)
    await call(endLive, { liveId })
    expect((await call(readParentSchool, { unitId })).activities).toEqual([])
  })

  it('that nobody ends is ended after four hours, also when the service is away', async () => {
    const { liveId } = await begun()
    world.pass(4 * 3_600_000 + 60_000)
    simulator.control.troubles = ['silence', 'silence']
    await workThrough(world.deps())
    expect(await LiveModel.findById(liveId).lean()).toMatchObject({ status: 'ended', recording: 'waiting' })
  })
})

describe('questions', () => {
  it('are seen by others when they were shown, and never by whom', async () => {
    const { parents, call, liveId } = await begun()
    const [asker, other] = parents
    if (!asker || !other) return
    const said = { ...ids(asker), requestId: 'request-q1', text: '孩子一回家就关门，怎么办？' }
    await Promise.all([asker.call(askLive, said), asker.call(askLive, said)])
    expect(await QuestionModel.countDocuments()).toBe(1)
    expect((await other.call(joinLive, ids(other))).questions).toEqual([])
    const { questions } = await call(listLiveQuestions, { liveId })
    expect(questions).toMatchObject([{ asker: '孩子0妈妈', status: 'waiting' }])
    await call(settleLiveQuestion, {
      liveId,
      questionId: questions[0]?.id ?? '',
      isShown: true,
      answer: '先敲门。',
    })

    const seen = (await other.call(joinLive, ids(other))).questions
    expect(seen).toMatchObject([{ answer: '先敲门。', isMine: false }])
    expect(JSON.stringify(seen)).not.toContain('孩子0')
  })

  it('are ten each at most, and none after the end', async () => {
    const { parents, call, liveId } = await begun()
    const [parent] = parents
    if (!parent) return
    const ask = (n: number) =>
      parent.call(askLive, { ...ids(parent), requestId: `request-q${n}`, text: '问题' })
    for (let n = 10; n < 20; n++) await ask(n)
    await expect(ask(20)).rejects.toMatchObject({ status: 409 })
    await call(endLive, { liveId })
    await expect(ask(21)).rejects.toMatchObject({ status: 409 })
  })
})

describe('the recording', () => {
  it('becomes a file of the unit and the lesson of a draft, once', async () => {
    const { call, unitId, liveId } = await begun()
    world.pass(60_000)
    simulator.control.waits = 1
    simulator.control.streams.forEach((it) => (it.waits = 1))
    await call(endLive, { liveId })
    await expect(call(makeLiveLesson, { liveId })).rejects.toMatchObject({ status: 409 })
    await fetchRecordings(world.deps())
    expect((await LiveModel.findById(liveId).lean())?.recording).toBe('waiting')
    world.pass(2 * 60_000)
    await fetchRecordings(world.deps())

    expect(await AssetModel.find().lean()).toMatchObject([
      { kind: 'video', status: 'checking', name: `${LIVE.title}.mp4` },
    ])
    const first = await call(makeLiveLesson, { liveId })
    expect(await call(makeLiveLesson, { liveId })).toEqual(first)
    const asset = await AssetModel.findOne().lean()
    expect(await LessonDraftModel.find().lean()).toMatchObject([
      { title: LIVE.title, assetIds: [asset?._id] },
    ])
    expect((await call(readLive, { unitId, liveId })).recording).toBe('ready')
  })

  it('that is not there is not waited for', async () => {
    const { call, liveId } = await begun()
    simulator.control.recording = 'none'
    await call(endLive, { liveId })
    await fetchRecordings(world.deps())
    expect((await LiveModel.findById(liveId).lean())?.recording).toBe('none')
  })
})

it('tells a parent what is kept of them, and forgets it with the account', async () => {
  const { parents } = await begun()
  const [parent] = parents
  if (!parent) return
  await sit(parent, 15)
  await parent.call(askLive, { ...ids(parent), requestId: 'request-mine', text: '怎么聊？' })
  const kept = JSON.stringify(await parent.call(readMyData, {}))
  expect(kept).toContain('在课上15秒')
  expect(kept).toContain('怎么聊？')

  await forgetAttendance(parent.personId)
  await forgetAttendance(parent.personId)

  expect(await SeatModel.countDocuments({ personId: parent.personId })).toBe(0)
  expect(await QuestionModel.find().lean()).toMatchObject([{ personId: null, asker: '一位家长' }])
})

it('asks the database by indexes alone', async () => {
  const { parents, call, unitId, liveId } = await begun()
  const [parent] = parents
  if (!parent) return
  await sit(parent, 15)
  const statements = [
    ...(await statementsOf(() => parent.call(beatLive, { ...ids(parent), played: 15 }))),
    ...(await statementsOf(() => parent.call(listMyLive, { studentId: parent.studentId }))),
    ...(await statementsOf(() => call(listLive, { unitId }))),
    ...(await statementsOf(() => call(readLive, { unitId, liveId }))),
    ...(await statementsOf(() => workThrough(world.deps()))),
    ...(await statementsOf(() => fetchRecordings(world.deps()))),
  ]
  expect(scans(statements)).toEqual([])
})
