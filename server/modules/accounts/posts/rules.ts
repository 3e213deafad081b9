import type { PostKind, PostState } from '#contract/posts'
import { dayInWords, shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'
import { endsWithinDays, standsAbove } from '../../org/rules.ts'
import { DEPTH, isWithin } from '../../org/tree/rules.ts'

const DAY_MS = 86_400_000

/** A post may be given for a day to come, but not for years ahead: who gives it will have forgotten. */
const MOST_DAYS_AHEAD = 366
/** Half a year covers a maternity leave; for longer somebody else is given the post. */
export const MOST_DEPUTY_DAYS = 184
/** More posts than this in one life and something is wrong. */
export const MOST_POSTS = 200

export interface Term {
  from: Date
  /** From this instant on it gives nothing. */
  to: Date | null
}

interface Span {
  from: Date
  to?: Date | null | undefined
}

export const stateOf = ({ from, to }: Span, now: Date): PostState =>
  to && to <= now ? 'past' : from > now ? 'coming' : 'now'

/** Days as people say them → instants: today begins at once, the last day belongs to it. */
export function termOf(fromOn: string | undefined, toOn: string | undefined, now: Date): Term {
  const isToday = !fromOn || fromOn === shanghaiDay(now)
  return {
    from: isToday ? now : shanghaiInstant(fromOn),
    to: toOn ? new Date(shanghaiInstant(toOn).getTime() + DAY_MS) : null,
  }
}

/** Why a post cannot be held from one instant to another, or null. */
export function objectionToTerm(post: PostKind, { from, to }: Term, now: Date): string | null {
  const most = endsWithinDays(post)
  return (
    objectionToDays({ from, to }, now) ??
    (most !== null && !to ? '这个岗位要写明最后一天' : null) ??
    (most !== null && to && daysBetween(from, to) > most ? '这个岗位最长一年，请把最后一天提前' : null)
  )
}

/** Why somebody cannot stand in for these days, or null. */
export function objectionToDeputy(term: Term & { to: Date }, held: { to?: Date | null }, now: Date) {
  if (held.to && term.to > held.to) return '代理不能晚于原岗位的最后一天'
  if (daysBetween(term.from, term.to) > MOST_DEPUTY_DAYS) return '代理最长半年，更久请另外安排人'
  return objectionToDays(term, now)
}

function objectionToDays({ from, to }: Term, now: Date): string | null {
  if (from < now) return '第一天不能早于今天'
  if (daysBetween(now, from) > MOST_DAYS_AHEAD) return '第一天最多提前一年安排'
  return to && to <= from ? '最后一天不能早于第一天' : null
}

const daysBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / DAY_MS

/** 11月25日(周三)起，到12月31日(周四) */
export function termInWords({ from, to }: Term) {
  const first = dayInWords(shanghaiDay(from))
  if (!to) return `${first}起`
  const last = dayInWords(shanghaiDay(new Date(to.getTime() - 1)))
  return last === first ? `${first}一天` : `${first}起，到${last}`
}

interface Held {
  post: PostKind
  path: string
}

/** Whether some of one's posts stand above a post that is held. */
export const isAbove = (mine: readonly Held[], { post, path }: Held) =>
  mine.some((it) => isWithin(path, it.path) && standsAbove(it.post, post))

/**
 * Whether they stand above everything a person holds and will hold. Less would let a school take over the account of somebody who also
 * works in its district.
 */
export const isAboveAll = (mine: readonly Held[], theirs: Iterable<Held & Span>, now: Date) =>
  [...theirs].filter((it) => stateOf(it, now) !== 'past').every((it) => isAbove(mine, it))

/** Where colleagues are looked for who may stand in: the school, or the district or city itself. */
export const circleOf = (path: string) => {
  const ids = path.split('/').filter(Boolean)
  return `/${ids.slice(0, DEPTH.school + 1).join('/')}/`
}
