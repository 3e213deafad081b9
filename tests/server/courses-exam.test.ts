import { expect, it } from 'vitest'
import { readMyExam, readMyProgramme, startExam, submitExam } from '#contract/courses'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { AttemptModel } from '../../server/modules/courses/exams/model.ts'
import { drawPaper } from '../../server/modules/courses/exams/rules.ts'
import { certifyPassed } from '../../server/modules/courses/certifying/service.ts'
import { bankOf } from '../../server/modules/courses/programmes/service.ts'
import { buildBranch, buildGuardian, buildStudent } from '../support/build.ts'
import { answersTo, buildContent, publish, studyAll } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const CODE = 'grade7'
const MINUTE = 60_000

async function learner() {
  const { klass } = await buildBranch()
  const student = await buildStudent(klass)
  const personId = await buildGuardian(world, student)
  return { personId, student, call: await world.as(personId, 'guardian') }
}

async function studied() {
  const programme = await publish(world)
  const who = await learner()
  await studyAll(world, who.call)
  return { ...who, programme }
}

it('opens only when every lesson is done', async () => {
  await publish(world)
  const { call } = await learner()

  expect((await call(readMyProgramme, { code: CODE })).exam.state).toBe('locked')
  await expect(call(startExam, { code: CODE })).rejects.toMatchObject({
    status: 409,
    json: { error: { message: '还有2课没有学完，学完全部课程并答对随堂题后再考试' } },
  })
})

it('gives one paper, however often and from however many phones it is begun', async () => {
  const { call } = await studied()
  const papers = await Promise.all(Array.from({ length: 6 }, () => call(startExam, { code: CODE })))

  expect(new Set(papers.map((it) => JSON.stringify([it.attemptId, it.questions]))).size).toBe(1)
  expect(await AttemptModel.countDocuments({})).toBe(1)
})

it('says nothing on the wire about what is right before the paper is handed in', async () => {
  const { call, programme } = await studied()
  const paper = await call(startExam, { code: CODE })
  const again = await call(readMyExam, { attemptId: paper.attemptId })
  const bank = await bankOf(programme._id)

  for (const said of [paper, again]) {
    expect(keysOf(said)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/correct|right|answer|explan/i)]),
    )
    for (const { explanation, _id } of bank) {
      expect(JSON.stringify(said)).not.toContain(explanation)
      expect(JSON.stringify(said)).not.toContain(String(_id))
    }
  }
})

it('draws from every lesson and difficulty, and not the same paper for everybody', async () => {
  const programme = await publish(
    world,
    buildContent({ lessonCount: 4, exam: { draw: 10, drawPerLesson: 2 } }),
  )
  const bank = await bankOf(programme._id)
  const rules = programme.exam
  const papers = Array.from({ length: 50 }, () => drawPaper(bank, rules, Math.random))

  for (const paper of papers) {
    const perLesson = Map.groupBy(paper, (it) => String(it.question.lessonId))
    expect([paper.length, perLesson.size]).toEqual([10, 4])
    expect(Math.min(...[...perLesson.values()].map((it) => it.length))).toBeGreaterThanOrEqual(2)
    expect(new Set(paper.map((it) => it.question.difficulty)).size).toBe(3)
    expect(new Set(paper.map((it) => String(it.question._id))).size).toBe(10)
  }
  expect(new Set(papers.map((it) => it.map((one) => one.question.code).join())).size).toBeGreaterThan(40)
})

it('issues the certificate in the same breath as the pass, and explains every question then', async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })
  const result = await call(submitExam, { attemptId, answers: await answersTo(attemptId, 1) })

  expect(result).toMatchObject({ outcome: 'passed', score: 83, right: 5, total: 6, revise: [] })
  expect(result.review.map((it) => [it.isRight, it.explanation.length > 0])).toEqual([
    [false, true],
    ...Array.from({ length: 5 }, () => [true, true]),
  ])
  expect(await CertificateModel.countDocuments({ _id: result.certificateId })).toBe(1)
  expect(await call(readMyProgramme, { code: CODE })).toMatchObject({
    percent: 100,
    exam: { state: 'passed' },
    certificate: { state: 'valid' },
  })
  await expect(call(startExam, { code: CODE })).rejects.toMatchObject({ status: 409 })
})

it('names the lessons to read again after failing, and keeps the answers closed', async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })
  const result = await call(submitExam, { attemptId, answers: await answersTo(attemptId, 6) })

  expect(result).toMatchObject({ outcome: 'failed', score: 0, review: [], certificateId: null })
  expect(result.revise.map((it) => it.title)).toEqual(['第1课', '第2课'])
  expect(keysOf(result)).not.toContain('correct')
})

it('counts the first answers when a paper is handed in twice at once', async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })
  const right = await answersTo(attemptId)
  const wrong = await answersTo(attemptId, 6)
  const results = await Promise.all(
    [right, wrong, right, wrong].map((answers) => call(submitExam, { attemptId, answers })),
  )

  expect(new Set(results.map((it) => `${it.outcome} ${it.score}`)).size).toBe(1)
  const later = await call(submitExam, { attemptId, answers: right })
  expect(later.outcome).toBe(results[0]?.outcome)
})

it('lets a failed attempt rest ten minutes, and a day have three', async () => {
  const { call } = await studied()
  world.goTo('2026-09-10T02:00:00Z')
  for (const left of [2, 1, 0]) {
    const { attemptId } = await call(startExam, { code: CODE })
    const failed = await call(submitExam, { attemptId, answers: [] })
    expect(failed.attemptsLeftToday).toBe(left)
    await expect(call(startExam, { code: CODE })).rejects.toMatchObject({ status: 409 })
    world.pass(10 * MINUTE + 1_000)
  }
  await expect(call(startExam, { code: CODE })).rejects.toMatchObject({
    json: { error: { message: '先回看一下课程，9月11日(周五) 00:00以后可以再考' } },
  })
  expect((await call(readMyProgramme, { code: CODE })).exam).toMatchObject({
    state: 'resting',
    nextAt: '2026-09-10T16:00:00.000Z',
  })
  world.goTo('2026-09-10T16:00:01Z')
  expect((await call(startExam, { code: CODE })).questions).toHaveLength(6)
})

it('accepts answers that come a moment after the time, and none after that', async () => {
  const { call } = await studied()
  const first = await call(startExam, { code: CODE })
  world.pass(30 * MINUTE + 20_000)
  const late = await call(submitExam, {
    attemptId: first.attemptId,
    answers: await answersTo(first.attemptId, 6),
  })
  expect(late.outcome).toBe('failed')

  world.pass(10 * MINUTE + 1_000)
  const second = await call(startExam, { code: CODE })
  world.pass(31 * MINUTE + 1_000)
  const answers = await answersTo(second.attemptId)
  expect((await call(readMyExam, { attemptId: second.attemptId })).result).toMatchObject({
    outcome: 'expired',
  })
  expect(await call(submitExam, { attemptId: second.attemptId, answers })).toMatchObject({
    outcome: 'expired',
    review: [],
  })
})

it("does not know another parent's paper", async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })
  const { call: other } = await learner()

  await expect(other(readMyExam, { attemptId })).rejects.toMatchObject({ status: 404 })
  await expect(other(submitExam, { attemptId, answers: [] })).rejects.toMatchObject({ status: 404 })
  expect((await AttemptModel.findById(attemptId).lean())?.status).toBe('running')
})

it('refuses answers that fit no paper and changes nothing', async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })

  for (const answers of [[[9]], Array.from({ length: 7 }, () => [0])]) {
    await expect(call(submitExam, { attemptId, answers })).rejects.toMatchObject({ status: 400 })
  }
  expect((await AttemptModel.findById(attemptId).lean())?.status).toBe('running')
})

it('asks a parent without a child to join a class first', async () => {
  const { call, student } = await studied()
  const { GuardianshipModel } = await import('../../server/modules/org/families/model.ts')
  await GuardianshipModel.updateMany({ studentId: student._id }, { to: new Date() })

  await expect(call(startExam, { code: CODE })).rejects.toMatchObject({ status: 409 })
})

it('certifies what a crash left passed and not certified, once', async () => {
  const { call } = await studied()
  const { attemptId } = await call(startExam, { code: CODE })
  await AttemptModel.updateOne(
    { _id: attemptId },
    { status: 'passed', endedAt: world.now(), right: 6, answers: await answersTo(attemptId) },
  )
  await Promise.all([certifyPassed(world.deps()), certifyPassed(world.deps())])
  await certifyPassed(world.deps())

  expect(await CertificateModel.countDocuments({})).toBe(1)
  const { result } = await call(readMyExam, { attemptId })
  expect(result?.certificateId).toEqual(expect.any(String))
})

const keysOf = (value: unknown): string[] =>
  value && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, inner]) => [
        ...(Array.isArray(value) ? [] : [key]),
        ...keysOf(inner),
      ])
    : []
