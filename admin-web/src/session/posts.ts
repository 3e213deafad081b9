import type { Me } from '#contract/accounts'
import { type HeldPost, type PostKind, postKind } from '#contract/posts'

/** For a room's `visible`: whether a person holds any of these posts. A principal may all that the school's administrator may. */
export const holds =
  (...posts: PostKind[]) =>
  (me: Pick<Me, 'posts'>) =>
    me.posts.some(({ post }) => (posts as HeldPost[]).includes(post === 'principal' ? 'school_admin' : post))

/** For rooms that everybody on the staff uses. */
export const holdsAny = (me: Pick<Me, 'posts'>) => me.posts.length > 0

/** The widest post first: a head teacher who also runs a class opens the console on the school. */
const widestFirst = (post: HeldPost) =>
  post === 'other' ? postKind.options.length : postKind.options.indexOf(post)

/** The unit the console opens on. */
export function homeUnit(me: Pick<Me, 'posts'>): string | null {
  const posts = [...me.posts].sort((a, b) => widestFirst(a.post) - widestFirst(b.post))
  return posts[0]?.unitId ?? null
}
