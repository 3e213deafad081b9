import type { Types } from 'mongoose'
import type { PostKind } from '#contract/posts'
import { idAtExpression, within } from '../../org/tree/rules.ts'
import { PersonModel, type PersonRecord } from '../model.ts'

/** Notes that somebody has finished a course for teachers that they began at `since`; a second time changes nothing. */
export const noteTraining = (personId: string, { code, since }: { code: string; since: Date }, at: Date) =>
  PersonModel.updateOne(
    { _id: personId, trainings: { $not: { $elemMatch: { code, at: { $gte: since } } } } },
    { $push: { trainings: { code, at } } },
  )

/** Who counts as a teacher, and since when a training counts. */
export interface Asked {
  posts: readonly PostKind[]
  /** The instant that is counted for: of an earlier school year its last. */
  now: Date
  /** For class teachers: this school year. */
  sinceYear: Date
  /** For every teacher: five years ago. */
  sinceLong: Date
  /** One programme that is counted by itself. */
  code: string
}

export interface TrainedCounts {
  _id: string
  teachers: number
  trained: number
  classTeachers: number
  trainedClassTeachers: number
  /** Finished the one programme, class teachers in the school year. */
  finished: number
  finishedClassTeachers: number
}

const held = (path: string, { posts, now }: Pick<Asked, 'posts' | 'now'>) => ({
  posts: {
    $elemMatch: {
      path: within(path),
      post: { $in: [...posts] },
      from: { $lte: now },
      $or: [{ to: null }, { to: { $gt: now } }],
    },
  },
})

/** Teachers and class teachers of the units at a depth below a path, and who of them has been trained. */
export function trainedBy(path: string, depth: number, asked: Asked) {
  const { posts, now, sinceYear, sinceLong, code } = asked
  const range = within(path)
  const isHeld = {
    $and: [
      { $in: ['$$it.post', [...posts]] },
      { $gte: ['$$it.path', range.$gte] },
      { $lt: ['$$it.path', range.$lt] },
      { $lte: ['$$it.from', now] },
      { $or: [{ $eq: ['$$it.to', null] }, { $gt: ['$$it.to', now] }] },
    ],
  }
  const count = (...conditions: object[]) => ({ $sum: { $cond: [{ $and: conditions }, 1, 0] } })
  const isClass = { $eq: ['$isClassTeacher', true] }
  const finishedOne = (since: Date) => ({ $gte: ['$finishedAt', since] })
  const hasFinished = { $cond: [isClass, finishedOne(sinceYear), finishedOne(sinceLong)] }
  return PersonModel.aggregate<TrainedCounts>([
    { $match: held(path, asked) },
    {
      $project: {
        posts: { $filter: { input: '$posts', as: 'it', cond: isHeld } },
        trainings: {
          $filter: { input: { $ifNull: ['$trainings', []] }, as: 'it', cond: { $lte: ['$$it.at', now] } },
        },
      },
    },
    {
      $project: {
        posts: 1,
        lastAt: { $max: '$trainings.at' },
        finishedAt: {
          $max: {
            $map: {
              input: { $filter: { input: '$trainings', as: 'it', cond: { $eq: ['$$it.code', code] } } },
              as: 'it',
              in: '$$it.at',
            },
          },
        },
      },
    },
    { $unwind: '$posts' },
    {
      $group: {
        _id: { unit: idAtExpression(depth, '$posts.path'), person: '$_id' },
        isClassTeacher: { $max: { $eq: ['$posts.post', 'class_teacher'] } },
        lastAt: { $first: '$lastAt' },
        finishedAt: { $first: '$finishedAt' },
      },
    },
    {
      $group: {
        _id: '$_id.unit',
        teachers: { $sum: 1 },
        trained: count({ $gte: ['$lastAt', sinceLong] }),
        classTeachers: count(isClass),
        trainedClassTeachers: count(isClass, { $gte: ['$lastAt', sinceYear] }),
        finished: count(hasFinished),
        finishedClassTeachers: count(isClass, hasFinished),
      },
    },
  ])
}

/** The teachers of one unit by name, as many as a school has. */
export const teachersWithin = (path: string, asked: Pick<Asked, 'posts' | 'now'>, most: number) =>
  PersonModel.find(held(path, asked), { name: 1, posts: 1, trainings: 1 })
    .limit(most)
    .lean<(Pick<PersonRecord, 'name' | 'posts' | 'trainings'> & { _id: Types.ObjectId })[]>()
