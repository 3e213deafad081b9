import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import { isWithin, within } from '../../org/tree/rules.ts'
import { PersonModel, type PersonRecord } from '../model.ts'

/** A post that was carried from one unit to another, with what it takes to carry it back. */
export interface MovedPost {
  personId: Types.ObjectId
  oldPostId: Types.ObjectId
  /** Null where the unit closed and the post only ended. */
  newPostId: Types.ObjectId | null
  /** When the old post would have ended by itself. */
  until: Date | null
}

type Post = PersonRecord['posts'][number] & { _id: Types.ObjectId }

const inForce = (now: Date) => ({ $or: [{ to: null }, { to: { $gt: now } }] })

/** Ends every post at or below a path: the unit is closed. Call it inside the closing's transaction. */
export async function endPostsWithin(path: string, now: Date) {
  const people = await PersonModel.find(
    { posts: { $elemMatch: { path: within(path), ...inForce(now) } } },
    { posts: 1 },
  ).lean<PersonRecord[]>()
  const ending = people.flatMap((person) =>
    (person.posts as Post[])
      .filter((it) => isWithin(it.path, path) && (!it.to || it.to > now))
      .map((post) => ({ _id: person._id, 'posts._id': post._id })),
  )
  if (ending.length === 0) return
  await PersonModel.bulkWrite(
    ending.map((filter) => ({ updateOne: { filter, update: { $set: { 'posts.$.to': now } } } })),
  )
}

export interface NewPlace {
  unitId: Types.ObjectId
  path: string
}

/**
 * The posts of a unit end and begin again at another: a class moves up, and its teachers with it. Without another they only end. `as` may turn one post into another
 * (of two class teachers of merged classes one remains). Call it inside the transaction that moves the class.
 */
export async function movePosts(
  fromId: Types.ObjectId,
  to: NewPlace | null,
  as: (post: PostKind) => PostKind,
  now: Date,
): Promise<MovedPost[]> {
  const people = await PersonModel.find(
    { posts: { $elemMatch: { unitId: fromId, ...inForce(now) } } },
    { posts: 1 },
  ).lean<PersonRecord[]>()
  const moved = people.flatMap((person) =>
    (person.posts as Post[])
      .filter((it) => it.unitId.equals(fromId) && (!it.to || it.to > now))
      .map((post) => ({ person, post, newPostId: to && new Types.ObjectId() })),
  )
  if (moved.length === 0) return []
  await PersonModel.bulkWrite(
    moved.flatMap(({ person, post, newPostId }) => [
      {
        updateOne: {
          filter: { _id: person._id, 'posts._id': post._id },
          update: { $set: { 'posts.$.to': now } },
        },
      },
      ...(to && newPostId
        ? [
            {
              updateOne: {
                filter: { _id: person._id },
                update: {
                  $push: { posts: { ...post, ...to, post: as(post.post), _id: newPostId, from: now } },
                },
              },
            },
          ]
        : []),
    ]),
  )
  return moved.map(({ person, post, newPostId }) => ({
    personId: person._id,
    oldPostId: post._id,
    newPostId,
    until: post.to ?? null,
  }))
}

/** Carries posts back. One that was ended or changed hands meanwhile stays as people made it. */
export async function restorePosts(moved: readonly MovedPost[]) {
  for (const { personId, oldPostId, newPostId, until } of moved) {
    if (newPostId) {
      const { modifiedCount } = await PersonModel.updateOne(
        { _id: personId, posts: { $elemMatch: { _id: newPostId, to: until } } },
        { $pull: { posts: { _id: newPostId } } },
      )
      if (modifiedCount === 0) continue
    }
    await PersonModel.updateOne({ _id: personId, 'posts._id': oldPostId }, { $set: { 'posts.$.to': until } })
  }
}
