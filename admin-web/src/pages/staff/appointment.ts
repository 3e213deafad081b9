import { appointStaff } from '#contract/org'
import { nameDeputy, type PostLine, type PostState } from '#contract/posts'
import * as z from 'zod/mini'
import { dayKey, dayOf } from '../../format/date'

// What the forms say. Which posts may be given, and what may be done about each, the server answers with the list.

const DAY_MS = 86_400_000

/** Another unit is chosen: the post stays if there is such a one, and the only one need not be asked for. */
export function postAfter<T>(posts: readonly T[], before?: T): T | undefined {
  if (before && posts.includes(before)) return before
  return posts.length === 1 ? posts[0] : undefined
}

export interface Draft {
  name: string
  phone: string
  loginName: string
  fromOn: string
  toOn: string
}

/** A console account that was just made, with the only sight of its password. */
export interface NewAccount {
  name: string
  loginName: string
  password: string
}

/** Numbers are often pasted with blanks or dashes. */
export const phoneSaid = (typed: string) => typed.replace(/[\s-]/g, '')

/** As the contract wants it: what was left empty is not said. */
export const asSaid = (draft: Draft) => ({
  name: draft.name.trim(),
  phone: phoneSaid(draft.phone),
  loginName: draft.loginName.trim() || undefined,
  fromOn: draft.fromOn || undefined,
  toOn: draft.toOn || undefined,
})

/** What to tell under a field, or null; in the contract's own words. */
export function problemWith(field: 'name' | 'phone' | 'loginName', draft: Draft): string | null {
  const read = z.safeParse(appointStaff.input.shape[field], asSaid(draft)[field])
  return read.success ? null : (read.error.issues[0]?.message ?? '填写的内容不对')
}

export function problemWithPhone(typed: string): string | null {
  const read = z.safeParse(nameDeputy.input.shape.phone, phoneSaid(typed))
  return read.success ? null : (read.error.issues[0]?.message ?? '填写的内容不对')
}

/** The last day of a post: what the contract calls its end is the first instant after it. */
const lastDay = (to: string) => new Date(new Date(to).getTime() - 1)

/** 9月1日(周二)起 · 9月1日(周二)起，到12月31日(周四) · 9月1日(周二)到10月8日(周四) when it is over. */
export function termInWords(it: { from: string; to: string | null; state: PostState }, now = new Date()) {
  const from = dayOf(new Date(it.from), now)
  if (!it.to) return `${from}起`
  if (it.state === 'past' && it.to <= it.from) return `原定${from}起，已取消`
  const to = dayOf(it.state === 'past' ? new Date(it.to) : lastDay(it.to), now)
  return from === to ? from : it.state === 'past' ? `${from}到${to}` : `${from}起，到${to}`
}

/** Who gave and who ended it, as far as anybody did: 许静安排，许静结束. */
export const handsInWords = ({ givenBy, endedBy }: Pick<PostLine, 'givenBy' | 'endedBy'>) =>
  [givenBy && `${givenBy}安排`, endedBy && `${endedBy}结束`].filter(Boolean).join('，')

/** The days a date picker leaves open: not before today, not after the last one allowed. */
export const isOutside = (most: number | null, now = new Date()) => {
  const today = dayKey(now)
  const last = most === null ? null : dayKey(new Date(now.getTime() + most * DAY_MS))
  return (day: Date) => {
    // The picker's days begin at midnight of this machine; its calendar is what counts.
    const key = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
    return key < today || (last !== null && key > last)
  }
}
