import { MEDIUM_WORDS, type LessonRow, type MyProgramme } from '../../../contract'
import { origin } from '../../../config'
import { length, nearMoment } from '../../../services/format'
import { pages } from '../../../services/pages'

/** An address of the server as the phone opens it: `/media/…` lies where the API does. */
export const address = (path: string) => (path.startsWith('/') ? origin + path : path)

export interface ShownLesson {
  id: string
  number: number
  title: string
  about: string
  poster: string
  percent: number
  mark: 'done' | 'next' | 'begun' | 'fresh'
  state: string
}

export interface ShownProgramme {
  title: string
  why: string
  about: string
  percent: number
  done: string
  isHeld: boolean
  lessons: ShownLesson[]
  exam: { state: string; title: string; note: string; isOpen: boolean }
  /** The one thing to do next. */
  action: string
  page: string
}

export function presentProgramme(it: MyProgramme, now = new Date()): ShownProgramme {
  const next = nextOf(it)
  return {
    title: it.title,
    why: it.summary,
    about: `${it.lessonsTotal}课 · ${it.hours}学时 · ${it.validityText}`,
    percent: it.percent,
    done: it.certificate ? HELD[it.certificate.state] : `已学完${it.lessonsDone}课，共${it.lessonsTotal}课`,
    isHeld: it.certificate?.state === 'valid',
    lessons: it.lessons.map((lesson) => presentRow(lesson, it.nextLessonId)),
    exam: presentExam(it, now),
    ...next,
  }
}

const HELD = { valid: '已拿到绿证', expired: '绿证已过期', revoked: '绿证已被撤销' } as const

/** What the button says, and where it leads. */
function nextOf(it: MyProgramme) {
  if (it.certificate) return { action: '查看绿证', page: `${pages.certificate}?id=${it.certificate.id}` }
  if (it.nextLessonId) {
    return {
      action: it.hasBegun ? '继续学习' : '开始学习',
      page: `${pages.lesson}?id=${it.nextLessonId}`,
    }
  }
  const exam = `${pages.exam}?code=${it.code}`
  if (it.exam.state === 'passed') return { action: '查看考试结果', page: exam }
  return { action: it.exam.state === 'running' ? '继续考试' : '参加考试', page: exam }
}

function presentRow(it: LessonRow, nextId: string | null): ShownLesson {
  const isDone = it.isWatched && it.isQuizPassed
  const mark = isDone ? 'done' : it.id === nextId ? 'next' : it.watchedPercent > 0 ? 'begun' : 'fresh'
  return {
    id: it.id,
    number: it.number,
    title: it.title,
    about: `${MEDIUM_WORDS[it.medium ?? it.kind]} · ${length(it.minutes)}`,
    poster: address(it.poster),
    percent: it.watchedPercent,
    mark,
    state: stateOf(it, isDone),
  }
}

function stateOf(it: LessonRow, isDone: boolean) {
  if (isDone) return '已学完'
  if (it.isWatched) return '还差随堂题'
  return it.watchedPercent > 0 ? `已学${it.watchedPercent}%` : ''
}

function presentExam({ exam, lessonsTotal, lessonsDone }: MyProgramme, now: Date) {
  const { rules, state, nextAt } = exam
  const about = `${rules.draw}道题 · ${rules.minutesLimit}分钟 · ${rules.passPercent}分及格`
  const notes: Record<typeof state, string> = {
    locked: `学完还剩的${lessonsTotal - lessonsDone}课就可以考`,
    open: about,
    running: '正在考试，点这里继续',
    resting: nextAt ? `${nearMoment(nextAt, now)}以后可以再考` : about,
    passed: '已通过',
  }
  return { state, title: '结业考试', note: notes[state], isOpen: state !== 'locked' }
}
