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

/** A post that is held, and by whom. */
export interface Holder {
  personId: Types.ObjectId
  name: string
  post: PostKind
  unitId: string
  path: string
  isDeputy: boolean
}

/** Who holds one of these posts below some paths, each post for itself; deputies hold what they stand in for. */
export async function holdersWithin(
  ranges: readonly { $gte: string; $lt: string }[],
  posts: readonly string[],
  now: Date,
): Promise<Holder[]> {
  if (ranges.length === 0) return []
  const people = await PersonModel.find(
    { $or: ranges.map((path) => ({ posts: { $elemMatch: { path, post: { $in: [...posts] } } } })) },
    { name: 1, posts: 1 },
  ).lean<PersonRecord[]>()
  return people.flatMap((person) =>
    postsNow(person, now)
      .filter(
        (it) => posts.includes(it.post) && ranges.some(({ $gte, $lt }) => it.path >= $gte && it.path < $lt),
      )
      .map(({ post, unitId, path, isDeputy }) => ({
        ...{ personId: person._id, name: person.name, post, unitId, path, isDeputy },
      })),
  )
}

/** How many people hold one of these posts below some paths. */
export const countHolders = (
  ranges: readonly { $gte: string; $lt: string }[],
  posts: readonly string[],
  now: Date,
) =>
  PersonModel.countDocuments({
    $or: ranges.map((path) => ({
      posts: {
        $elemMatch: {
          path,
          post: { $in: [...posts] },
          from: { $lte: now },
          $or: [{ to: null }, { to: { $gt: now } }],
        },
      },
    })),
  })

/** The posts some people hold or held below a path, for the words beside their names; those in force first. */
export async function postsBelow(
  personIds: readonly Types.ObjectId[],
  path: string,
  posts: readonly string[],
) {
  const people = await PersonModel.find({ _id: { $in: personIds } }, { name: 1, posts: 1 }).lean<
    PersonRecord[]
  >()
  return people.map((person) => ({
    personId: String(person._id),
    name: person.name,
    posts: person.posts
      .filter((it) => posts.includes(it.post) && it.path.startsWith(path))
      .sort((a, b) => Number(Boolean(a.to)) - Number(Boolean(b.to))),
  }))
}

/** The posts that some people hold at this moment, by person. */
export async function postsOfPeople(personIds: readonly string[], now: Date) {
  const people = await PersonModel.find({ _id: { $in: [...personIds] } }, { posts: 1 }).lean<PersonRecord[]>()
  return new Map(people.map((it) => [String(it._id), postsNow(it, now)]))
}

/** Who holds one of these posts at these very units today. */
export async function holdersAt(unitIds: readonly string[], posts: readonly PostKind[], now: Date) {
  if (unitIds.length === 0) return []
  const wanted = new Set(unitIds)
  const people = await PersonModel.find(
    {
      posts: {
        $elemMatch: {
          unitId: { $in: unitIds.map((it) => new Types.ObjectId(it)) },
          post: { $in: [...posts] },
        },
      },
    },
    { posts: 1 },
  ).lean<PersonRecord[]>()
  return people.flatMap((person) =>
    postsNow(person, now)
      .filter((it) => wanted.has(it.unitId) && posts.includes(it.post))
      .map(({ unitId, post }) => ({ unitId, post, personId: String(person._id) })),
  )
}
