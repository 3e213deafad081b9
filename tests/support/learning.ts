import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerQuiz, beatLesson, readLesson, readMyProgramme, startExam, submitExam } from '#contract/courses'
import type { client } from '#contract/call'
import type { ExamQuestion, Lesson, Programme, Question } from '../../content/schema.ts'
import { AttemptModel, type AttemptRecord } from '../../server/modules/courses/exams/model.ts'
import { askedIn, shownCorrect } from '../../server/modules/courses/exams/service.ts'
import { LessonModel, type LessonRecord } from '../../server/modules/courses/programmes/model.ts'
import { publishProgramme } from '../../server/modules/courses/programmes/service.ts'
import type { World } from './world.ts'

export type Call = ReturnType<typeof client>

const question = (code: string): Question => ({
  code,
  kind: 'single',
  stem: `${code}：孩子说“不想上了”，先说哪一句？`,
  options: ['别人怎么都行？', '听上去今天很不容易。', '那明天请假。', '把作业给我看。'],
  correct: [1],
  explanation: `${code}：先接住，再问事。`,
})

/** A programme as content files would give it: small, with real files behind its posters and films. */
export function buildContent(
  over: Partial<Omit<Programme, 'exam'>> & {
    lessonCount?: number
    seconds?: number
    exam?: Partial<Programme['exam']>
  } = {},
): Programme {
  const { lessonCount = 2, seconds = 60, exam, ...rest } = over
  const dir = mkdtempSync(join(tmpdir(), 'jiaxiao-course-'))
  const lessons = Array.from({ length: lessonCount }, (_, at) => buildLesson(dir, at, seconds))
  const bank: ExamQuestion[] = lessons.flatMap((lesson) =>
    [1, 2, 3, 4, 5, 6].map((n) => ({
      ...question(`${lesson.code}-q${n}`),
      ...(n === 2 && { kind: 'truefalse' as const, options: ['对', '错'], correct: [1] }),
      ...(n === 3 && { kind: 'multiple' as const, correct: [0, 2] }),
      lesson: lesson.code,
      difficulty: ((n % 3) + 1) as 1 | 2 | 3,
    })),
  )
  return {
    code: 'grade7',
    title: '七年级新生家长·家庭教育绿证课程',
    stage: '初中',
    forGrades: ['七年级'],
    version: 1,
    summary: '八节短课，讲的都是家里真会遇到的事。',
    hours: 8,
    hoursNote: '共8学时。',
    validity: { until: 'end-of-stage', text: '至孩子初中毕业为止。' },
    exam: {
      draw: 6,
      drawPerLesson: 2,
      passPercent: 80,
      minutesLimit: 30,
      attemptsPerDay: 3,
      pauseMinutes: 10,
      ...exam,
    },
    dir,
    lessons,
    bank,
    ...rest,
  }
}

function buildLesson(root: string, at: number, seconds: number): Lesson {
  const dir = join(root, `lesson-${at}`)
  mkdirSync(dir)
  const isVideo = at === 0
  writeFileSync(join(dir, 'poster.jpg'), `poster ${at}`)
  writeFileSync(join(dir, 'video.mp4'), Buffer.alloc(5_000, at))
  writeFileSync(join(dir, 'captions.vtt'), 'WEBVTT\n\n00:00.000 --> 00:04.500\n先接住，再问事\n')
  return {
    code: `lesson-${at}`,
    title: `第${at + 1}课`,
    kind: isVideo ? 'video' : 'article',
    theme: 'communication',
    alsoCovers: [],
    minutes: 10,
    summary: '先接住他。',
    poster: 'poster.jpg',
    art: 'door',
    ...(isVideo && { video: { file: 'video.mp4', captions: 'captions.vtt', seconds } }),
    sources: [{ title: '《中华人民共和国家庭教育促进法》', article: '第十七条' }],
    dir,
    body: `妈妈一惊。\n\n## 这样说\n\n- **先接住**，再问事\n- 把难题切小\n\n${'话。'.repeat(60)}`,
    quiz: [1, 2, 3].map((n) => question(`lesson-${at}-${n}`)),
  }
}

/** Publishes a built programme, as `npm run seed` does. */
export async function publish(world: World, content = buildContent()) {
  const programme = await publishProgramme(content, world.deps())
  if (!programme) throw new Error('Nothing was published')
  return programme
}

/** Watches a lesson to its end at normal speed, as the phone reports it. */
export async function watchLesson(world: World, call: Call, lessonId: string) {
  const { progress } = await call(readLesson, { lessonId })
  await call(beatLesson, { lessonId, ranges: [], position: 0 })
  let last
  for (let from = 0; from < progress.seconds; from += 15) {
    const to = Math.min(from + 15, progress.seconds)
    world.pass((to - from) * 1_000)
    last = await call(beatLesson, { lessonId, ranges: [{ from, to }], position: to })
  }
  return last
}

export async function correctQuiz(lessonId: string) {
  const lesson = await LessonModel.findById(lessonId).lean<LessonRecord>()
  return (lesson?.quiz ?? []).map((it) => it.correct)
}

/** Studies every lesson and passes every quiz; what is left is the exam. */
export async function studyAll(world: World, call: Call, code = 'grade7') {
  const { lessons } = await call(readMyProgramme, { code })
  for (const { id } of lessons) await study(world, call, id)
}

/** One lesson: watched to its end, its quiz passed. */
export async function study(world: World, call: Call, lessonId: string) {
  await watchLesson(world, call, lessonId)
  await call(answerQuiz, { lessonId, answers: await correctQuiz(lessonId) })
}

/** Answers to a paper: right ones, or as many wrong ones as asked for. */
export async function answersTo(attemptId: string, wrong = 0) {
  const attempt = await AttemptModel.findById(attemptId).lean<AttemptRecord>()
  const asked = attempt ? await askedIn(attempt) : []
  return asked.map(({ question, order }, at) => {
    const right = shownCorrect(question, order)
    return at < wrong ? [right.includes(0) ? 1 : 0] : right
  })
}

/** Studies, sits the exam and passes: gives what the phone is told. */
export async function passAll(world: World, call: Call, code = 'grade7') {
  await studyAll(world, call, code)
  const { attemptId } = await call(startExam, { code })
  return call(submitExam, { attemptId, answers: await answersTo(attemptId) })
}
