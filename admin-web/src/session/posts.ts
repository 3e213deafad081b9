import type { Me } from '#contract/accounts'
import type { PostKind } from '#contract/org'

export const postText: Record<PostKind, string> = {
  city_admin: '市级管理员',
  district_admin: '区县管理员',
  school_admin: '学校管理员',
  grade_head: '年级组长',
  class_teacher: '班主任',
  teacher: '任课教师',
}

/** For a room's `visible`: whether a person holds any of these posts. */
export const holds =
  (...posts: PostKind[]) =>
  (me: Pick<Me, 'posts'>) =>
    me.posts.some((it) => posts.includes(it.post))

/** For rooms that everybody on the staff uses. */
export const holdsAny = (me: Pick<Me, 'posts'>) => me.posts.length > 0

/** The widest post first: a head teacher who also runs a class opens the console on the school. */
export const WIDEST: readonly PostKind[] = [
  'city_admin',
  'district_admin',
  'school_admin',
  'grade_head',
  'class_teacher',
  'teacher',
]

/** The unit the console opens on. */
export function homeUnit(me: Pick<Me, 'posts'>): string | null {
  const posts = [...me.posts].sort((a, b) => WIDEST.indexOf(a.post) - WIDEST.indexOf(b.post))
  return posts[0]?.unitId ?? null
}
