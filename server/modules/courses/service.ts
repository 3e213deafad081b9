import type { ChildProgress, Todo } from '#contract/home'
import { shanghaiDay } from '../../infra/clock.ts'
import { Refusal } from '../../http/errors.ts'
import { dayWritten, stateOf } from '../certificates/rules.ts'
import type { CertificateRecord } from '../certificates/model.ts'
import type { OwnChild } from '../org/policy.ts'
import { isRight } from './exams/rules.ts'
import * as exams from './exams/service.ts'
import { noteIfFinished } from './finishing/service.ts'
import { gradesOf, type Journey, journey, journeys, lessonFor } from './journeys/service.ts'
import { type Learner, parentOf } from './policy.ts'
import type { LessonRecord } from './programmes/model.ts'
import { anewSince } from './training/rules.ts'
import * as watches from './watch/service.ts'

/** Grades a lesson's quiz; it may be tried as often as one likes, once the lesson was studied. */
export async function answerQuiz(learner: Learner, lessonId: string, answers: number[][], now: Date) {
  const { lesson, programme } = await lessonFor(learner, lessonId)
  checkAnswers(lesson, answers)
  const rights = lesson.quiz.map((it, at) => isRight(answers[at] ?? [], it.correct))
  const isPassed = rights.every(Boolean)
  await watches.noteQuiz(learner, lesson._id, isPassed, now)
  if (isPassed) await noteIfFinished(learner, programme.code, now)
  return { lesson, rights, isPassed }
}

/**
 * Answers a question within a film: right or wrong, the film may go on. After a first beat alone, for until then there
 * is nothing to note it in.
 */
export async function answerStop(learner: Learner, lessonId: string, at: number, chosen: number[]) {
  const { lesson } = await lessonFor(learner, lessonId)
  const stop = lesson.stops?.find((it) => it.at === at)
  if (!stop) throw new Refusal('not_found', '这里没有要回答的题')
  if (chosen.length === 0 || chosen.some((it) => it >= stop.options.length)) {
    throw new Refusal('invalid', '请先选出答案')
  }
  if (!(await watches.noteStop(learner, lesson._id, at)))
    throw new Refusal('conflict', '请先打开影片，看到这里再答')
  return { stop, chosen, isRight: isRight(chosen, stop.correct) }
}

/** A lesson was just seen to its end: where nobody wrote questions for it, that may have been the last step. */
export async function noteSeen(learner: Learner, lessonId: string, now: Date) {
  const { lesson, programme } = await lessonFor(learner, lessonId)
  if (lesson.quiz.length === 0) await noteIfFinished(learner, programme.code, now)
}

function checkAnswers(lesson: LessonRecord, answers: number[][]) {
  if (lesson.quiz.length === 0) throw new Refusal('conflict', '这一课没有随堂题')
  const fits = lesson.quiz.every((it, at) => {
    const chosen = answers[at] ?? []
    return chosen.length > 0 && chosen.every((one) => one < it.options.length)
  })
  if (!fits || answers.length !== lesson.quiz.length) throw new Refusal('invalid', '请把每一题都答完再提交')
}

/** Begins the exam for one of my children: of those whose grade requires it, else of any. */
export async function startExam(learner: Learner, code: string, children: OwnChild[], now: Date) {
  const standing = await journey(learner, code, children, now)
  if (!standing.hasExam) throw new Refusal('conflict', '这门课程没有考试，学完各课就可以了')
  if (standing.standing.state === 'locked') {
    const left = standing.lessonsNeeded - standing.lessonsDone
    throw new Refusal('conflict', `还有${left}课没有学完，学完全部课程并答对随堂题后再考试`)
  }
  const grades = await gradesOf(children)
  const required = children.find((it) => standing.programme.forGrades.includes(grades.get(it.classId) ?? ''))
  const child = required ?? children[0]
  if (!child && learner.audience === 'guardian') {
    throw new Refusal('conflict', '请先加入孩子的班级，证书上要写明孩子和学校')
  }
  return exams.start(learner, child ?? null, standing.programme, now, {
    renews: standing.renewal?.certificateId ?? null,
    since: anewSince(standing.enrolment),
  })
}

const PAGES = '/packages/course'
/** So long the home page says that there is a certificate to look at. */
const NEWS_MS = 7 * 86_400_000

/** What a family should do next on the way to each certificate that is asked of it, for the home page. */
export async function openTasksOf(children: OwnChild[], personId: string, now: Date): Promise<Todo[]> {
  const all = await journeys(parentOf(personId, children), children, now)
  return all.filter((it) => (it.isRequired || it.hasBegun) && !isOver(it)).flatMap((it) => taskOf(it, now))
}

/** Nothing left to do, and no certificate to tell of. */
const isOver = ({ isFinished, certificate }: Journey) => isFinished && !certificate

const COMMON = { dueOn: null, startsAt: null, isUrgent: false, studentId: null }

function taskOf(it: Journey, now: Date): Todo[] {
  const { programme, standing, certificate } = it
  if (certificate && !it.renewal) {
    if (it.renewableFrom && it.renewableFrom <= shanghaiDay(now)) return [renewalTask(it, certificate, now)]
    if (now.getTime() - certificate.issuedAt.getTime() > NEWS_MS || certificate.status !== 'valid') return []
    return [
      {
        ...COMMON,
        key: `certificate:${programme.code}`,
        kind: 'certificate',
        title: '您的家庭教育绿证已经发放',
        note: '可以查看，也可以保存到相册',
        page: pageOf(it),
      },
    ]
  }
  // The certificate of a passed exam is on its way.
  if (standing.state === 'passed') return []
  const lesson = programme.outline.find((one) => it.nextLessonId?.equals(one.lessonId))
  if (!lesson) {
    return [
      {
        ...COMMON,
        key: `exam:${programme.code}`,
        kind: 'exam',
        title: standing.state === 'running' ? '继续考试：家庭教育绿证' : '参加考试，拿到家庭教育绿证',
        note: `${it.lessonsNeeded}课已经学完，只差考试`,
        page: pageOf(it),
      },
    ]
  }
  return [
    {
      ...COMMON,
      key: `course:${programme.code}`,
      kind: 'course',
      title: `${it.hasBegun ? '继续学习' : '开始学习'}：${lesson.title}`,
      note: `${programme.givesCertificate === false ? programme.title : '家庭教育绿证'} · 已完成${it.percent}%`,
      page: pageOf(it),
    },
  ]
}

/** A certificate that ends soon, or has ended: the shorter way is open. */
const renewalTask = ({ programme }: Journey, { validUntil }: CertificateRecord, now: Date): Todo => ({
  ...COMMON,
  key: `renewal:${programme.code}`,
  kind: 'certificate',
  title: validUntil < shanghaiDay(now) ? '绿证已经到期，可以续证' : '绿证快到期了，可以续证',
  note: `${dayWritten(validUntil)}到期，重学几课就能续`,
  dueOn: validUntil < shanghaiDay(now) ? null : validUntil,
  page: `${PAGES}/programme/programme?code=${programme.code}`,
})

/** Where 继续学习 leads: the certificate, the exam, or the next lesson. */
function pageOf({ certificate, nextLessonId, programme, renewal }: Journey) {
  if (certificate && !renewal) return `${PAGES}/certificate/certificate?id=${String(certificate._id)}`
  if (nextLessonId) return `${PAGES}/lesson/lesson?id=${String(nextLessonId)}`
  return `${PAGES}/exam/exam?code=${programme.code}`
}

/** Each child's ring on the home page: how far this guardian is in what the child's grade asks for. */
export async function progressOf(
  children: OwnChild[],
  personId: string,
  now: Date,
): Promise<ChildProgress[]> {
  const [all, grades] = await Promise.all([
    journeys(parentOf(personId, children), children, now),
    gradesOf(children),
  ])
  return children.map(({ studentId, classId }) => {
    const own = all.find((it) => it.programme.forGrades.includes(grades.get(classId) ?? ''))
    const held = own?.certificate
    const state = held && stateOf(held, shanghaiDay(now))
    return {
      studentId,
      programmeTitle: own?.programme.title ?? null,
      lessonsDone: own?.lessonsDone ?? 0,
      lessonsTotal: own?.lessonsNeeded ?? 0,
      percent: own?.percent ?? 0,
      isRequired: own?.isRequired ?? false,
      certificateNumber: held && state === 'valid' ? held.number : null,
      certificateEndedOn: held && state === 'expired' ? held.validUntil : null,
      page: own ? pageOf(own) : null,
    }
  })
}
