import { MEDIUM_WORDS, type LessonRow, type ModuleRow, type MyProgramme } from '../../../contract'
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
  mark: 'done' | 'next' | 'begun' | 'fresh' | 'locked'
  state: string
  /** Said before the first lesson of a module. */
  head: ShownModule | null
}

export interface ShownModule {
  title: string
  rule: string
  /** 已学1课，还要1课 */
  progress: string
  isDone: boolean
}

/** Some lessons that stand together: of 83 nobody looks through all. */
export interface Stretch {
  label: string
  from: number
  to: number
}

export interface ShownProgramme {
  title: string
  why: string
  about: string
  percent: number
  done: string
  isHeld: boolean
  lessons: ShownLesson[]
  /** Empty where the list is short enough to be shown whole. */
  stretches: Stretch[]
  /** In which of them the next lesson lies. */
  here: number
  hasBegun: boolean
  /** Whose it is, where it comes from, what is new; one line each. */
  remarks: string[]
  hasExam: boolean
  exam: { state: string; title: string; note: string; isOpen: boolean }
  /** The one thing to do next; without a page it is to begin the course anew. */
  action: string
  page: string
}

/** Up to so many lessons are one list; more are shown by tens. */
const WHOLE_LIST = 20
const TEN = 10

export function presentProgramme(it: MyProgramme, now = new Date()): ShownProgramme {
  const next = nextOf(it)
  const heads = headsOf(it)
  const lessons = it.lessons.map((lesson) => ({
    ...presentRow(lesson, it.nextLessonId),
    head: heads.get(lesson.id) ?? null,
  }))
  const stretches = stretchesOf(lessons.length)
  const nextAt = it.lessons.findIndex(({ id }) => id === it.nextLessonId)
  return {
    title: it.title,
    why: it.summary,
    about: [`${it.lessonsOffered ?? it.lessonsTotal}课`, `${it.hours}学时`, it.validityText]
      .filter(Boolean)
      .join(' · '),
    percent: it.percent,
    done: doneOf(it),
    isHeld: it.certificate?.state === 'valid' || (it.isFinished ?? false),
    lessons,
    stretches,
    here: stretches.findIndex(({ from, to }) => from <= nextAt && nextAt < to),
    hasBegun: it.hasBegun,
    remarks: remarksOf(it),
    hasExam: it.hasExam ?? true,
    exam: presentExam(it, now),
    ...next,
  }
}

const HELD = { valid: '已拿到绿证', expired: '绿证已过期', revoked: '绿证已被撤销' } as const

function doneOf(it: MyProgramme) {
  if (it.certificate) return HELD[it.certificate.state]
  if (it.abilities?.learnAgain) return '以前学完过'
  if (it.isFinished) return '已经学完'
  const isElective = it.lessonsOffered !== undefined && it.lessonsOffered > it.lessonsTotal
  return `已学完${it.lessonsDone}课，${isElective ? '要学' : '共'}${it.lessonsTotal}课`
}

function remarksOf(it: MyProgramme) {
  return [
    it.unitName ? `${it.unitName}开设` : '',
    it.source ? `改编自${it.source}` : '',
    it.timesBefore ? `以前学完过${it.timesBefore}次，记录都在` : '',
    it.hasNewer && !it.abilities?.learnAgain ? '您学的是较早的一版，照这一版学完就算数' : '',
  ].filter(Boolean)
}

/** The modules of a programme that has any, by the lesson each begins with. */
function headsOf({ modules = [] }: MyProgramme) {
  const [only] = modules
  const isPlain =
    modules.length === 1 && only?.title === '' && !only.isElective && !only.rule.startsWith('按')
  const named = isPlain ? [] : modules
  return new Map(
    named.flatMap((it, at) => {
      const [first] = it.lessonIds
      return first ? [[first, headOf(it, at)] as const] : []
    }),
  )
}

function headOf(it: ModuleRow, at: number): ShownModule {
  const left = Math.round((it.needed - it.done) * 10) / 10
  return {
    title: it.title || `第${at + 1}单元`,
    rule: it.rule,
    progress: it.isDone ? '已完成' : `已学${it.done}${it.unit}，还要${left}${it.unit}`,
    isDone: it.isDone,
  }
}

function stretchesOf(count: number): Stretch[] {
  if (count <= WHOLE_LIST) return []
  return Array.from({ length: Math.ceil(count / TEN) }, (_, at) => {
    const [from, to] = [at * TEN, Math.min((at + 1) * TEN, count)]
    return { from, to, label: from + 1 === to ? String(to) : `${from + 1}–${to}` }
  })
}

/** What the button says, and where it leads. */
function nextOf(it: MyProgramme) {
  if (it.certificate && it.renewal?.state !== 'begun')
    return { action: '查看绿证', page: `${pages.certificate}?id=${it.certificate.id}` }
  // Leads nowhere before it was begun anew.
  if (it.abilities?.learnAgain) return { action: '新学年再学一次', page: '' }
  if (it.nextLessonId) {
    return {
      // Begun anew in a later school year, nothing of it is done yet.
      action: it.hasBegun && !(it.timesBefore && it.lessonsDone === 0) ? '继续学习' : '开始学习',
      page: `${pages.lesson}?id=${it.nextLessonId}`,
    }
  }
  if (it.hasExam === false) {
    return { action: '再看一遍', page: `${pages.lesson}?id=${it.lessons[0]?.id ?? ''}` }
  }
  const exam = `${pages.exam}?code=${it.code}`
  if (it.exam.state === 'passed' && it.awaits === 'evidence') {
    return { action: '去签到或交证明', page: `${pages.evidence}?code=${it.code}` }
  }
  if (it.exam.state === 'passed') return { action: '查看考试结果', page: exam }
  return { action: it.exam.state === 'running' ? '继续考试' : '参加考试', page: exam }
}

function presentRow(it: LessonRow, nextId: string | null): Omit<ShownLesson, 'head'> {
  const isDone = it.isWatched && it.isQuizPassed
  const isLocked = !isDone && Boolean(it.lockedBecause)
  const mark = isLocked
    ? 'locked'
    : isDone
      ? 'done'
      : it.id === nextId
        ? 'next'
        : it.watchedPercent > 0
          ? 'begun'
          : 'fresh'
  return {
    id: it.id,
    number: it.number,
    title: it.title,
    about: `${MEDIUM_WORDS[it.medium ?? it.kind]} · ${length(it.minutes)}`,
    poster: it.poster ? address(it.poster) : '',
    percent: it.watchedPercent,
    mark,
    state: stateOf(it, isDone),
  }
}

function stateOf(it: LessonRow, isDone: boolean) {
  if (isDone) return '已学完'
  if (it.lockedBecause) return it.lockedBecause
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
