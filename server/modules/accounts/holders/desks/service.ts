import { Types } from 'mongoose'
import type { PostKind } from '#contract/posts'
import { PersonModel, type PersonRecord } from '../../model.ts'
import { postsNow } from '../../service.ts'

/** More people than this never share the posts of a few units. */
const MOST = 200

export interface HeldBy {
  personId: string
  name: string
  unitId: string
  post: PostKind
  isDeputy: boolean
}

/** Who holds one of these posts at one of these units now. */
export async function holdersAt(
  unitIds: readonly string[],
  posts: readonly PostKind[],
  now: Date,
): Promise<HeldBy[]> {
  if (unitIds.length === 0) return []
  const unitId = { $in: unitIds.map((it) => new Types.ObjectId(it)) }
  const people = await PersonModel.find(
    { posts: { $elemMatch: { unitId, post: { $in: [...posts] } } } },
    { name: 1, posts: 1 },
  )
    .limit(MOST)
    .lean<PersonRecord[]>()
  return people.flatMap((person) =>
    postsNow(person, now)
      .filter((it) => unitIds.includes(it.unitId) && posts.includes(it.post))
      .map(({ unitId: at, post, isDeputy }) => ({
        ...{ personId: String(person._id), name: person.name, unitId: at, post, isDeputy },
      })),
  )
}

/** Which posts a person held at a unit at a moment. */
export async function heldThen(personId: string, unitId: string, at: Date): Promise<PostKind[]> {
  const person = await PersonModel.findById(personId, { posts: 1 }).lean<PersonRecord>()
  const held = person ? postsNow(person, at) : []
  return held.filter((it) => it.unitId === unitId).map((it) => it.post)
}

/** Of some people, those who hold posts now, with the paths of the units. */
export async function postsOf(personIds: readonly string[], now: Date): Promise<Map<string, string[]>> {
  const people = await PersonModel.find(
    { _id: { $in: [...personIds] }, 'posts.0': { $exists: true } },
    { posts: 1 },
  ).lean<PersonRecord[]>()
  return new Map(people.map((it) => [String(it._id), postsNow(it, now).map((post) => post.path)]))
}
