import type { MyPost } from '#contract/accounts'
import { appointStaff, type PostKind, type UnitKind } from '#contract/org'
import * as z from 'zod/mini'
import { WIDEST } from '../../session/posts'

// What the form offers. What is really allowed is the server's to say.

const HELD_AT: Record<PostKind, readonly UnitKind[]> = {
  city_admin: ['city'],
  district_admin: ['district'],
  school_admin: ['school'],
  grade_head: ['grade'],
  class_teacher: ['class'],
  teacher: ['school', 'grade', 'class'],
}

/** The posts that give and end others. */
export const APPOINTING: readonly PostKind[] = ['city_admin', 'district_admin', 'school_admin']

/** From which of my posts I appoint at the unit that stands at the end of this way down the tree. */
export function appointingAt(posts: readonly MyPost[], way: readonly { id: string }[]): PostKind[] {
  return posts
    .filter((it) => APPOINTING.includes(it.post) && way.some((unit) => unit.id === it.unitId))
    .map((it) => it.post)
}

/** A post is given and ended by somebody who stands above it, never by an equal. */
export const isBelow = (post: PostKind, mine: readonly PostKind[]) =>
  mine.some((it) => WIDEST.indexOf(it) < WIDEST.indexOf(post))

/** The posts of this kind of unit that I may give, the widest first. */
export const postsToGive = (kind: UnitKind, mine: readonly PostKind[]) =>
  WIDEST.filter((it) => HELD_AT[it].includes(kind) && isBelow(it, mine))

/** Another unit is chosen: the post stays if there is such a one, and the only one need not be asked for. */
export function postAfter(posts: readonly PostKind[], before?: PostKind) {
  if (before && posts.includes(before)) return before
  return posts.length === 1 ? posts[0] : undefined
}

export interface Draft {
  name: string
  phone: string
  loginName: string
}

/** A console account that was just made, with the only sight of its password. */
export interface NewAccount {
  name: string
  loginName: string
  password: string
}

/** As the contract wants it: numbers are often pasted with blanks or dashes, and no account is no empty one. */
export const asSaid = (draft: Draft) => ({
  name: draft.name.trim(),
  phone: draft.phone.replace(/[\s-]/g, ''),
  loginName: draft.loginName.trim() || undefined,
})

/** What to tell under a field, or null; in the contract's own words. */
export function problemWith(field: keyof Draft, draft: Draft): string | null {
  const read = z.safeParse(appointStaff.input.shape[field], asSaid(draft)[field])
  return read.success ? null : (read.error.issues[0]?.message ?? '填写的内容不对')
}
