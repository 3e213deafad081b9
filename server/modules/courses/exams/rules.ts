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
  difficulty: number
  kind: string
  options: readonly string[]
}

/**
 * Draws a paper: of every lesson at least so many, the rest from all of them; easy, middling and hard ones take turns,
 * so that no paper is all easy. Each comes with the order its options are shown in.
 */
export function drawPaper<Q extends Drawable>(bank: readonly Q[], rules: ExamRules, random: Random) {
  const mixed = byTurns(shuffle(bank, random))
  const taken = new Map<string, number>()
  const firm = mixed.filter((it) => {
    const count = (taken.get(String(it.lessonId)) ?? 0) + 1
    taken.set(String(it.lessonId), count)
    return count <= rules.drawPerLesson
  })
  const rest = mixed.filter((it) => !firm.includes(it))
  const drawn = [...firm, ...rest].slice(0, rules.draw)
  return shuffle(drawn, random).map((question) => ({
    question,
    order: orderOf(question, random),
  }))
}

/** 对 stands before 错 in every paper; other options are mixed. */
const orderOf = ({ kind, options }: Drawable, random: Random) => {
  const order = options.map((_, at) => at)
  return kind === 'truefalse' ? order : shuffle(order, random)
}

/** The same questions, so that the difficulties take turns. */
function byTurns<Q extends Drawable>(questions: Q[]): Q[] {
  const turn = new Map<number, number>()
  const ranked = questions.map((question) => {
    const rank = turn.get(question.difficulty) ?? 0
    turn.set(question.difficulty, rank + 1)
    return { question, rank }
  })
  return ranked.sort((a, b) => a.rank - b.rank).map((it) => it.question)
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
