import { Types } from 'mongoose'
import type { PostKind } from '#contract/posts'
import { idsOf } from '../../org/tree/rules.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { postsNow } from '../service.ts'

/** More people than this are never told of one thing. */
const MOST = 200

/**
 * Who holds one of these posts nearest to a place: at the unit itself, else at the next one above that has anybody. `exceptId` is not
 * counted: nobody is told of what they asked for themselves.
 */
export async function nearestHolders(
  path: string,
  posts: readonly PostKind[],
  { exceptId, now }: { exceptId?: string; now: Date },
): Promise<string[]> {
  const unitIds = idsOf(path)
  const post = { $in: [...posts] }
  const people = await PersonModel.find(
    {
      posts: { $elemMatch: { unitId: { $in: unitIds.map((it) => new Types.ObjectId(it)) }, post } },
    },
    { posts: 1 },
  )
    .limit(MOST)
    .lean<PersonRecord[]>()
  const held = people
    .filter((it) => String(it._id) !== exceptId)
    .flatMap((person) =>
      postsNow(person, now)
        .filter((it) => posts.includes(it.post))
        .map((it) => ({ personId: String(person._id), depth: unitIds.indexOf(it.unitId) })),
    )
  const nearest = Math.max(...held.map((it) => it.depth), 0)
  return [...new Set(held.filter((it) => it.depth === nearest).map((it) => it.personId))]
}
