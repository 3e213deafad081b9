import type { UnitKind } from '#contract/org'
import { POST_WORDS, type PostKind } from '#contract/posts'
import { teacher } from '../../../audit/log/rules.ts'

/** A post at a unit, that answers families in its own name whoever holds it. */
export interface Desk {
  unitId: string
  post: PostKind
}

export const deskKey = ({ unitId, post }: Desk) => `${unitId}:${post}`

/** Whose post writes for a kind of unit, the first of those that somebody holds. */
export const OFFICES: Record<UnitKind, readonly PostKind[]> = {
  city: ['city_admin'],
  district: ['district_admin'],
  school: ['school_admin', 'principal'],
  grade: ['grade_head'],
  class: ['class_teacher'],
}

/** Posts of a school that a thread can be handed on to. A teacher of one subject shares the post with others, so it is not one of them. */
export const HANDED_TO: readonly PostKind[] = [
  'class_teacher',
  'grade_head',
  'counsellor',
  'school_admin',
  'principal',
]

/** As families know it: 校长, not the name it has in the work against risks. */
export const deskWords = (post: PostKind) => (post === 'principal' ? '校长' : POST_WORDS[post])

/** 班主任 李文老师; （代） where somebody stands in. */
export const signedBy = (post: PostKind, name: string, isDeputy = false) =>
  `${deskWords(post)}${isDeputy ? '（代）' : ''} ${teacher(name)}`

interface Holder {
  name: string
  isDeputy: boolean
}

/** Who has it now: 班主任 李文老师; while a deputy is there, the deputy. */
export function keeperWords(post: PostKind, holders: readonly Holder[]) {
  const [first] = holders.toSorted((a, b) => Number(b.isDeputy) - Number(a.isDeputy))
  if (!first) return `${deskWords(post)}（暂时没有人）`
  if (holders.length > 2 || (holders.length === 2 && !first.isDeputy)) return deskWords(post)
  return signedBy(post, first.name, first.isDeputy)
}
