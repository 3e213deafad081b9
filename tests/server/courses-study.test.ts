import { expect, it } from 'vitest'
import { answerQuiz, beatLesson, listMyProgrammes, readLesson, readMyProgramme } from '#contract/courses'
import { EnrolmentModel, ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { WatchModel } from '../../server/modules/courses/watch/model.ts'
import { openTasksOf, progressOf } from '../../server/modules/courses/service.ts'
import { ownChildren } from '../../server/modules/org/policy.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildBranch, buildGuardian, buildStudent } from '../support/build.ts'
import { buildContent, correctQuiz, publish, studyAll, watchLesson } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function family() {
  const branch = await buildBranch()
  const student = await buildStudent(branch.klass, { name: '张小明' })
  const personId = await buildGuardian(world, student)
  return { ...branch, student, personId, call: await world.as(personId, 'guardian') }
}

async function firstLesson(call: Awaited<ReturnType<typeof family>>['call']) {
  const [lesson] = (await call(readMyProgramme, { code: 'grade7' })).lessons
  return lesson?.id ?? ''
}

it('publishes the same content once and changed content as a new version', async () => {
  const content = buildContent()
  const first = await publish(world, content)
  const [again, atOnce] = await Promise.all([publish(world, content), publish(world, content)])
  expect([again._id, atOnce._id].map(String)).toEqual([String(first._id), String(first._id)])

  const changed = await publish(world, { ...content, summary: '改过的简介。' })
  expect([first.version, changed.version]).toEqual([1, 2])
})

it('publishes once when two servers boot together', async () => {
  const content = buildContent()
  await Promise.all([publish(world, content), publish(world, content), publish(world, content)])

  expect(await ProgrammeModel.countDocuments({})).toBe(1)
})

it('requires the programme of parents in a starting grade and offers it to others', async () => {
  await publish(world)
  const seventh = await family()
  const grade8 = await ensureUnit({
    kind: 'grade',
    name: '八年级',
    code: 'G8',
    parent: seventh.school,
    grade: 8,
  })
  const class8 = await ensureUnit({ kind: 'class', name: '1班', code: 'K81', parent: grade8, grade: 8 })
  const eighth = await buildGuardian(world, await buildStudent(class8))

  const asked = (await seventh.call(listMyProgrammes, {})).programmes
  const offered = (await (await world.as(eighth, 'guardian'))(listMyProgrammes, {})).programmes
  expect([asked[0]?.isRequired, offered[0]?.isRequired]).toEqual([true, false])
})

it('offers the kindergarten programme first to its families, and asks it of nobody', async () => {
  await publish(world)
  await publish(
    world,
    buildContent({ code: 'small', stage: '幼儿园', forGrades: ['小班', '中班', '大班'], isOptional: true }),
  )
  await publish(world, buildContent({ code: 'grade1', stage: '小学', forGrades: ['一年级'] }))
  const { school } = await family()
  const grade = await ensureUnit({ kind: 'grade', name: '中班', code: 'G-2', parent: school, grade: -2 })
  const klass = await ensureUnit({ kind: 'class', name: '1班', code: 'K1', parent: grade, grade: -2 })
  const personId = await buildGuardian(world, await buildStudent(klass))
  const actor = { role: 'guardian' as const, personId, sessionId: personId, name: '', loginName: null }
  const children = await ownChildren(actor)

  const { programmes } = await (await world.as(personId, 'guardian'))(listMyProgrammes, {})
  expect(programmes.map((it) => [it.code, it.isFitting, it.isRequired])).toEqual([
    ['small', true, false],
    ['grade1', false, false],
    ['grade7', false, false],
  ])
  expect(await openTasksOf(children, personId, world.now())).toEqual([])
  expect(await progressOf(children, personId, world.now())).toMatchObject([
    { lessonsTotal: 2, isRequired: false },
  ])
})

it('shows a parent of 八年级 the programme of that stage before those of others', async () => {
  await publish(world, buildContent({ code: 'grade1', stage: '小学', forGrades: ['一年级'] }))
  await publish(world)
  const { school } = await family()
  const grade = await ensureUnit({ kind: 'grade', name: '八年级', code: 'G8', parent: school, grade: 8 })
  const klass = await ensureUnit({ kind: 'class', name: '1班', code: 'K81', parent: grade, grade: 8 })
  const personId = await buildGuardian(world, await buildStudent(klass))

  const { programmes } = await (await world.as(personId, 'guardian'))(listMyProgrammes, {})
  expect(programmes.map((it) => it.code)).toEqual(['grade7', 'grade1'])
})

it('keeps whoever has begun on the version they began', async () => {
  const content = buildContent()
  await publish(world, content)
  const { call } = await family()
  const lessonId = await firstLesson(call)
  await call(beatLesson, { lessonId, ranges: [], position: 0 })
  await publish(world, { ...content, title: '新版课程' })

  const other = await family()
  expect((await call(readMyProgramme, { code: 'grade7' })).title).toBe(content.title)
  expect((await other.call(readMyProgramme, { code: 'grade7' })).title).toBe('新版课程')
  await expect(other.call(readLesson, { lessonId })).rejects.toMatchObject({ status: 404 })
  await expect(other.call(beatLesson, { lessonId, ranges: [], position: 0 })).rejects.toMatchObject({
    status: 409,
  })
})

it('shows a lesson as blocks, with film and captions, and without its answers', async () => {
  await publish(world)
  const { call } = await family()
  const lesson = await call(readLesson, { lessonId: await firstLesson(call) })

  expect(lesson.blocks.slice(0, 3)).toEqual([
    { kind: 'paragraph', lines: [[{ text: '妈妈一惊。', isBold: false }]] },
    { kind: 'heading', lines: [[{ text: '这样说', isBold: false }]] },
    {
      kind: 'list',
      lines: [
        [
          { text: '先接住', isBold: true },
          { text: '，再问事', isBold: false },
        ],
        [{ text: '把难题切小', isBold: false }],
      ],
    },
  ])
  expect(lesson.video?.captions).toEqual([{ from: 0, to: 4.5, text: '先接住，再问事' }])
  expect(lesson.sources).toEqual(['《中华人民共和国家庭教育促进法》第十七条'])
  expect(JSON.stringify(lesson)).not.toMatch(/correct|explanation|先接住，再问事。/)
})

it('serves the film in ranges under the name of its content', async () => {
  await publish(world)
  const { call } = await family()
  const { video } = await call(readLesson, { lessonId: await firstLesson(call) })
  const part = await fetch(`${world.origin()}${video?.address}`, { headers: { range: 'bytes=100-199' } })

  expect([part.status, part.headers.get('content-range'), part.headers.get('content-type')]).toEqual([
    206,
    'bytes 100-199/5000',
    'video/mp4',
  ])
  expect((await part.arrayBuffer()).byteLength).toBe(100)
  expect((await fetch(`${world.origin()}/media/..%2f..%2fetc%2fpasswd`)).status).toBe(404)
})

it('resumes at the last second, on any phone, and never falls back', async () => {
  await publish(world)
  const { call, personId } = await family()
  const lessonId = await firstLesson(call)
  await call(beatLesson, { lessonId, ranges: [], position: 0 })
  world.pass(15_000)
  await call(beatLesson, { lessonId, ranges: [{ from: 0, to: 15 }], position: 15 })
  world.pass(-86_400_000)
  await call(beatLesson, { lessonId, ranges: [{ from: 0, to: 60 }], position: 15 })
  const other = await world.as(personId, 'guardian')

  expect((await other(readLesson, { lessonId })).progress).toMatchObject({ resumeAt: 15, isWatched: false })
  expect((await WatchModel.findOne({}).lean())?.watched).toBeLessThanOrEqual(15 + 15 + 3)
})

it('cannot be made to spend one credit twice by parallel beats', async () => {
  await publish(world, buildContent({ seconds: 300 }))
  const { call } = await family()
  const lessonId = await firstLesson(call)
  await call(beatLesson, { lessonId, ranges: [], position: 0 })
  world.pass(20_000)
  const storm = await Promise.allSettled(
    Array.from({ length: 40 }, (_, n) =>
      call(beatLesson, {
        lessonId,
        ranges: [{ from: (n % 10) * 30, to: (n % 10) * 30 + 30 }],
        position: 300,
      }),
    ),
  )
  const watch = await WatchModel.findOne({}).lean()
  const credited = storm.reduce((sum, it) => sum + (it.status === 'fulfilled' ? it.value.credited : 0), 0)

  expect(credited).toBe(watch?.watched)
  // 20 s of the moved clock, and the second or two that the storm itself takes.
  expect(watch?.watched).toBeLessThanOrEqual(2 * 25 + 3)
  expect(await WatchModel.countDocuments({})).toBe(1)
  const statuses = storm.map((it) =>
    it.status === 'fulfilled' ? 200 : (it.reason as { status: number }).status,
  )
  expect(statuses.filter((it) => it !== 200 && it !== 409)).toEqual([])
})

it('begins one enrolment and one ledger however many first beats arrive at once', async () => {
  await publish(world)
  const { call } = await family()
  const lessonId = await firstLesson(call)
  await Promise.all(Array.from({ length: 8 }, () => call(beatLesson, { lessonId, ranges: [], position: 0 })))

  expect([await EnrolmentModel.countDocuments({}), await WatchModel.countDocuments({})]).toEqual([1, 1])
})

it('completes a lesson by watching it and by nothing else', async () => {
  await publish(world)
  const { call } = await family()
  const lessonId = await firstLesson(call)
  const answers = await correctQuiz(lessonId)
  await expect(call(answerQuiz, { lessonId, answers })).rejects.toMatchObject({ status: 409 })

  expect(await watchLesson(world, call, lessonId)).toMatchObject({ isWatched: true, watchedPercent: 100 })
  const wrong = await call(answerQuiz, { lessonId, answers: answers.map(() => [0]) })
  expect([wrong.isPassed, wrong.questions[0]?.explanation]).toEqual([false, 'lesson-0-1：先接住，再问事。'])
  expect((await call(answerQuiz, { lessonId, answers })).isPassed).toBe(true)
  await call(answerQuiz, { lessonId, answers: answers.map(() => [0]) })
  expect((await call(readMyProgramme, { code: 'grade7' })).lessons[0]).toMatchObject({ isQuizPassed: true })
})

it('asks for every question of a quiz', async () => {
  await publish(world)
  const { call } = await family()
  const lessonId = await firstLesson(call)
  await watchLesson(world, call, lessonId)

  for (const answers of [[], [[1]], [[1], [1], []], [[1], [1], [9]], [[1], [1], [1], [1]]]) {
    await expect(call(answerQuiz, { lessonId, answers })).rejects.toMatchObject({ status: 400 })
  }
})

it('tells the home page what comes next and how far it is', async () => {
  await publish(world)
  const { call, personId } = await family()
  const actor = { role: 'guardian' as const, personId, sessionId: personId, name: '', loginName: null }
  const children = await ownChildren(actor)
  const [before] = await openTasksOf(children, personId, world.now())
  expect(before).toMatchObject({ kind: 'course', title: '开始学习：第1课', note: '家庭教育绿证 · 已完成0%' })

  await studyAll(world, call)
  const [after] = await openTasksOf(children, personId, world.now())
  expect(after).toMatchObject({ kind: 'exam', page: '/packages/course/exam/exam?code=grade7' })
  expect(await progressOf(children, personId, world.now())).toMatchObject([
    { lessonsDone: 2, lessonsTotal: 2, percent: 66, isRequired: true },
  ])
})
