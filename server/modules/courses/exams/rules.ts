import { shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'

/** The answers of a phone whose time ran out are on their way; so long they are waited for. */
export const GRACE_MS = 60_000

export interface ExamRules {
  draw: number
  drawPerLesson: number
  passPercent: number
  minutesLimit: number
  attemptsPerDay: number
  pauseMinutes: number
  quotas?: Quotas | null | undefined
}

/** At least so many of some themes; so many easy, middling and hard ones. */
export interface Quotas {
  themes: readonly { theme: string; least: number }[]
  difficulties?: readonly number[] | null | undefined
}

/** A number in [0, 1); tests hand in their own. */
export type Random = () => number

export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const mixed = [...items]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const kept = mixed[at] as T
    mixed[at] = mixed[other] as T
    mixed[other] = kept
  }
  return mixed
}

interface Drawable {
  lessonId: unknown
  theme?: string
  difficulty: number
  kind: string
  options: readonly string[]
  parts?: readonly { kind: string; options: readonly string[] }[]
}

/** One thing that is asked on a paper: a question, or one of a case; with the order its options are shown in. */
export interface Item<Q> {
  question: Q
  /** Position in the case; null for a question that stands by itself. */
  part: number | null
  order: number[]
}

/**
 * Draws a paper of exactly as many items as asked for, if the bank has them: of every lesson and theme at least so many, of each
 * difficulty as many as wanted, else easy, middling and hard ones by turns. The questions of a case stay together, in their order.
 */
export function drawPaper<Q extends Drawable>(
  bank: readonly Q[],
  rules: ExamRules,
  random: Random,
): Item<Q>[] {
  return shuffle(choose(shuffle(bank, random), rules), random).flatMap((question): Item<Q>[] =>
    question.kind === 'case'
      ? (question.parts ?? []).map((it, part) => ({ question, part, order: orderOf(it, random) }))
      : [{ question, part: null, order: orderOf(question, random) }],
  )
}

/** 对 stands before 错 in every paper; other options are mixed. */
const orderOf = ({ kind, options }: Pick<Drawable, 'kind' | 'options'>, random: Random) => {
  const order = options.map((_, at) => at)
  return kind === 'truefalse' ? order : shuffle(order, random)
}

const sizeOf = ({ kind, parts }: Drawable) => (kind === 'case' ? (parts?.length ?? 0) : 1)

/** Takes one question after the other, always one that is needed most; of equals the first in the mixed bank. */
function choose<Q extends Drawable>(mixed: readonly Q[], rules: ExamRules): Q[] {
  const left = new Set(mixed)
  const taken: Q[] = []
  let room = rules.draw
  const counts = new Map<string, number>()
  const count = (key: string) => counts.get(key) ?? 0
  while (room > 0) {
    const fitting = [...left].filter((it) => sizeOf(it) > 0 && sizeOf(it) <= room)
    const [first] = fitting
    if (!first) return taken
    const best = fitting.reduce((a, b) => (needOf(b, rules, count) > needOf(a, rules, count) ? b : a), first)
    left.delete(best)
    taken.push(best)
    room -= sizeOf(best)
    for (const key of keysOf(best)) counts.set(key, count(key) + sizeOf(best))
  }
  return taken
}

const keysOf = ({ lessonId, theme = '', difficulty }: Drawable) => [
  `lesson ${String(lessonId)}`,
  `theme ${theme}`,
  `difficulty ${difficulty}`,
]

/** How much a paper lacks a question: lessons first, then themes, then difficulties. */
function needOf(it: Drawable, { drawPerLesson, quotas }: ExamRules, count: (key: string) => number) {
  const [lesson = '', theme = '', difficulty = ''] = keysOf(it)
  const asked = quotas?.themes.find((one) => one.theme === it.theme)
  const level = quotas?.difficulties?.[it.difficulty - 1]
  const lacksLevel = level === undefined ? 0 : count(difficulty) < level ? 1 : -1
  return (
    (count(lesson) < drawPerLesson ? 4 : 0) +
    (asked && count(theme) < asked.least ? 2 : 0) +
    lacksLevel -
    // Without a wish the difficulties take turns.
    (level === undefined ? count(difficulty) / 1000 : 0)
  )
}

/** All of the right options and none of the others. */
export const isRight = (chosen: readonly number[], correct: readonly number[]) =>
  new Set(chosen).size === correct.length && correct.every((it) => chosen.includes(it))

export const scoreOf = (right: number, total: number) => Math.round((right * 100) / Math.max(total, 1))

export const isPass = (right: number, total: number, passPercent: number) =>
  right * 100 >= passPercent * total

export interface AttemptFacts {
  status: 'running' | 'passed' | 'failed' | 'expired'
  startedAt: Date
  endsAt: Date
  endedAt: Date | null
}

/** A running attempt whose time is over is no longer running, whether or not somebody wrote that down. */
export const isOver = ({ status, endsAt }: AttemptFacts, now: Date) =>
  status === 'running' && now.getTime() > endsAt.getTime() + GRACE_MS

export interface Standing {
  state: 'open' | 'running' | 'resting' | 'passed'
  attemptsLeftToday: number
  nextAt: Date | null
}

/** What somebody may do whose lessons are all done. `attempts`: newest first. */
export function standingOf(attempts: readonly AttemptFacts[], rules: ExamRules, now: Date): Standing {
  const today = shanghaiDay(now)
  const tried = attempts.filter((it) => shanghaiDay(it.startedAt) === today).length
  const attemptsLeftToday = Math.max(rules.attemptsPerDay - tried, 0)
  const [last] = attempts
  if (attempts.some((it) => it.status === 'passed'))
    return { state: 'passed', attemptsLeftToday, nextAt: null }
  if (last?.status === 'running' && !isOver(last, now)) {
    return { state: 'running', attemptsLeftToday, nextAt: null }
  }
  const nextAt = restUntil(last, attemptsLeftToday, rules, now)
  if (nextAt > now) return { state: 'resting', attemptsLeftToday, nextAt }
  return { state: 'open', attemptsLeftToday, nextAt: null }
}

/** A failed attempt is followed by a pause in which to read again; a day has so many attempts and no more. */
function restUntil(last: AttemptFacts | undefined, leftToday: number, rules: ExamRules, now: Date) {
  if (!last) return now
  const ended = (last.endedAt ?? last.endsAt).getTime()
  const paused = new Date(ended + rules.pauseMinutes * 60_000)
  if (leftToday > 0) return paused
  const tomorrow = new Date(shanghaiInstant(shanghaiDay(now)).getTime() + 86_400_000)
  return tomorrow > paused ? tomorrow : paused
}
