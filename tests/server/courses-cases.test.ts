import { describe, expect, it } from 'vitest'
import {
  listMyProgrammes,
  readItemStatistics,
  readLesson,
  readMyExam,
  readMyProgramme,
  startExam,
  submitExam,
} from '#contract/courses'
import { AttemptModel } from '../../server/modules/courses/exams/model.ts'
import { drawPaper, type ExamRules } from '../../server/modules/courses/exams/rules.ts'
import { addPaper, figuresOf, type Tally } from '../../server/modules/courses/exams/statistics/rules.ts'
import { QuestionModel } from '../../server/modules/courses/programmes/model.ts'
import { bankOf } from '../../server/modules/courses/programmes/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { answersTo, buildContent, publish, studyAll } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const CODE = 'grade7'

/** A programme whose bank is one case of three questions and some that stand alone. */
async function withCase(draw = 6) {
  const programme = await publish(world, buildContent({ exam: { draw, drawPerLesson: 0 } }))
  const [first, ...others] = await QuestionModel.find({ programmeId: programme._id }).sort({ code: 1 })
  await QuestionModel.deleteMany({ _id: { $in: others.slice(5).map((it) => it._id) } })
  const part = (stem: string, correct: number) => ({
    kind: 'single',
    stem,
    options: ['甲', '乙', '丙'],
    correct: [correct],
    explanation: `解释-${stem}`,
  })
  await QuestionModel.updateOne(
    { _id: first?._id },
    {
      kind: 'case',
      stem: '晚上十点，小宇还在看手机。',
      options: [],
      correct: [],
      parts: [part('先做什么？', 0), part('再说什么？', 1), part('第二天呢？', 2)],
    },
  )
  const { klass, school } = await buildBranch()
  const student = await buildStudent(klass)
  const personId = await buildGuardian(world, student)
  const call = await world.as(personId, 'guardian')
  await studyAll(world, call)
  return { programme, call, personId, school }
}

describe('a case', () => {
  it('is asked part by part, together and in order, and scored by its parts', async () => {
    const { call } = await withCase(8)
    const paper = await call(startExam, { code: CODE })
    const at = paper.questions.findIndex((it) => it.inCase)
    const parts = paper.questions.slice(at, at + 3).map((it) => it.inCase)

    expect(paper.questions).toHaveLength(8)
    expect(parts.map((it) => [it?.situation, it?.stem, it?.part, it?.parts])).toEqual([
      ['晚上十点，小宇还在看手机。', '先做什么？', 1, 3],
      ['晚上十点，小宇还在看手机。', '再说什么？', 2, 3],
      ['晚上十点，小宇还在看手机。', '第二天呢？', 3, 3],
    ])
    // A phone that knows no cases reads the situation with the question.
    expect(paper.questions[at]?.stem).toBe('晚上十点，小宇还在看手机。\n\n先做什么？')
    const right = await answersTo(paper.attemptId)
    const answers = right.map((it, index) => (index === at ? [] : it))
    const result = await call(submitExam, { attemptId: paper.attemptId, answers })
    expect([result.outcome, result.right, result.total, result.score]).toEqual(['passed', 7, 8, 88])
    expect(result.review[at]).toMatchObject({ isRight: false, explanation: '解释-先做什么？' })
  })

  it('is left out where it no longer fits: a paper has as many questions as promised', async () => {
    const { call } = await withCase(2)
    expect((await call(startExam, { code: CODE })).questions).toHaveLength(2)
  })
})

it('says in no byte of any reply what is right, until the exam is passed', async () => {
  const { call, programme } = await withCase(8)
  // Every right option and every explanation is marked; the mark of an option is its text and cannot be told from a wrong one's.
  const bank = await bankOf(programme._id)
  const secrets = bank.flatMap((it) => [
    it.explanation,
    String(it._id),
    ...(it.parts ?? []).map((one) => one.explanation),
  ])
  const paper = await call(startExam, { code: CODE })
  const { attemptId } = paper
  const [lesson] = (await call(readMyProgramme, { code: CODE })).lessons
  const said = [
    paper,
    await call(readMyExam, { attemptId }),
    await call(readMyProgramme, { code: CODE }),
    await call(listMyProgrammes, {}),
    await call(readLesson, { lessonId: lesson?.id ?? '' }),
    await call(submitExam, { attemptId, answers: await answersTo(attemptId, 8) }),
    await call(readMyExam, { attemptId }),
  ].map((it) => JSON.stringify(it))

  for (const text of said) {
    expect(secrets.filter((it) => it && text.includes(it))).toEqual([])
    expect(text).not.toMatch(/"(correct|explanation|isRight|order|difficulty|chosen)"/)
  }
  // Shown first or last, a right option is as likely as a wrong one.
  const places = (await AttemptModel.find().lean()).flatMap((it) =>
    it.questions.map((one) => one.order.indexOf(1)),
  )
  expect(new Set(places).size).toBeGreaterThan(1)
})

describe('a paper', () => {
  const question = (lesson: string, theme: string, difficulty: 1 | 2 | 3, n: number) => ({
    lessonId: lesson,
    theme,
    difficulty,
    kind: 'single' as const,
    options: ['甲', '乙'],
    code: `${lesson}-${difficulty}-${n}`,
  })
  const bank = ['睡眠', '手机', '沟通'].flatMap((theme) =>
    ([1, 2, 3] as const).flatMap((difficulty) =>
      [1, 2, 3, 4].map((n) => question(`课-${theme}`, theme, difficulty, n)),
    ),
  )
  const rules = (quotas: ExamRules['quotas'], over: Partial<ExamRules> = {}): ExamRules => ({
    draw: 12,
    drawPerLesson: 0,
    passPercent: 80,
    minutesLimit: 30,
    attemptsPerDay: 3,
    pauseMinutes: 10,
    quotas,
    ...over,
  })
  const count = <T>(all: T[], is: (it: T) => boolean) => all.filter(is).length

  it('keeps to the quotas of themes and difficulties, every time', () => {
    const wanted = rules({ themes: [{ theme: '手机', least: 6 }], difficulties: [6, 4, 2] })
    for (let turn = 0; turn < 60; turn++) {
      const paper = drawPaper(bank, wanted, Math.random).map((it) => it.question)
      expect(paper).toHaveLength(12)
      expect(count(paper, (it) => it.theme === '手机')).toBeGreaterThanOrEqual(6)
      expect([1, 2, 3].map((level) => count(paper, (it) => it.difficulty === level))).toEqual([6, 4, 2])
    }
  })

  it('takes difficulties by turns where nobody asks for more of one', () => {
    const paper = drawPaper(bank, rules(null), Math.random).map((it) => it.question)
    expect([1, 2, 3].map((level) => count(paper, (it) => it.difficulty === level))).toEqual([4, 4, 4])
  })

  it('gives what there is of a bank that is too small', () => {
    expect(drawPaper(bank.slice(0, 5), rules(null), Math.random)).toHaveLength(5)
    expect(drawPaper([], rules(null), Math.random)).toEqual([])
  })
})

describe('item statistics', () => {
  it('finds facility, discrimination and what was chosen, against figures worked out by hand', () => {
    const tally: Tally = new Map()
    // Ten who know much (own question right, 3 of 4 of the rest), ten who know little (wrong, 1 of 4).
    for (let who = 0; who < 20; who++) {
      const knows = who < 10
      const answered = (key: string, isRight: boolean) => ({
        key,
        order: [1, 0],
        chosen: [isRight ? 1 : 0],
        correct: [0],
      })
      addPaper(tally, [
        answered('q', knows),
        answered('a', true),
        answered('b', knows),
        answered('c', knows),
        answered('d', false),
      ])
    }
    const figures = figuresOf(tally.get('q'))
    expect(figures?.facility).toBe(0.5)
    expect(figures?.discrimination).toBeCloseTo(1, 6)
    expect(figures?.verdict).toBe('fine')
    expect([...(tally.get('q')?.options ?? [])].sort()).toEqual([
      [0, 10],
      [1, 10],
    ])
    expect(figuresOf(tally.get('a'))).toEqual({ facility: 1, discrimination: null, verdict: 'easy' })
    expect(figuresOf(tally.get('d'))).toEqual({ facility: 0, discrimination: null, verdict: 'hard' })
  })

  it('suspects a key that the better ones miss', () => {
    const tally: Tally = new Map()
    for (let who = 0; who < 24; who++) {
      const knows = who % 2 === 0
      const one = (key: string, isRight: boolean) => ({
        key,
        order: [0, 1],
        chosen: [isRight ? 0 : 1],
        correct: [0],
      })
      addPaper(tally, [one('q', !knows), one('a', knows), one('b', knows)])
    }
    expect(figuresOf(tally.get('q'))).toMatchObject({ verdict: 'suspect' })
  })

  it('is silent below twenty papers, and open to those alone who write courses', async () => {
    const { call, school, personId } = await withCase(8)
    const { attemptId } = await call(startExam, { code: CODE })
    await call(submitExam, { attemptId, answers: await answersTo(attemptId) })
    const editor = await world.as(await buildStaff(school, 'lecturer'), 'staff')
    const unitId = String(school._id)

    const few = await editor(readItemStatistics, { unitId, code: CODE })
    expect([few.papers, few.least, few.items.length]).toEqual([1, 20, 8])
    expect(
      few.items.every((it) => it.figures === null && it.options.every((one) => one.chosen === null)),
    ).toBe(true)

    const paper = await AttemptModel.findById(attemptId).lean()
    const { _id, certificateId: _certificate, ...copy } = paper ?? { _id: null }
    await AttemptModel.insertMany(Array.from({ length: 19 }, () => ({ ...copy, personId })))
    const many = await editor(readItemStatistics, { unitId, code: CODE })
    expect(many.items.find((it) => it.part === 2)).toMatchObject({
      shown: 20,
      figures: { facility: 1, discrimination: null, verdict: 'easy' },
      options: [
        { text: '甲', isRight: false, chosen: 0 },
        { text: '乙', isRight: true, chosen: 20 },
        { text: '丙', isRight: false, chosen: 0 },
      ],
    })
    const teacher = await world.as(await buildStaff(school, 'teacher'), 'staff')
    await expect(teacher(readItemStatistics, { unitId, code: CODE })).rejects.toMatchObject({ status: 403 })
  })
})
