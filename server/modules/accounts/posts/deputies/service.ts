import { Types } from 'mongoose'
import { POST_WORDS } from '#contract/posts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import * as notify from '../../../notify/service.ts'
import { within } from '../../../org/tree/rules.ts'
import { findUnit } from '../../../org/tree/service.ts'
import { PersonModel, type PersonRecord, type PostRecord } from '../../model.ts'
import type { PostInReach } from '../policy.ts'
import { circleOf, MOST_POSTS, objectionToDeputy, termInWords, termOf } from '../rules.ts'

export interface Leave {
  phone: string
  fromOn: string
  toOn: string
}

/**
 * A colleague holds the post as deputy for some days; it ends by itself. Only somebody who works in the same school (district, city) can
 * be asked: whoever is new is given a post by an administrator first.
 */
export async function nameDeputy(
  { person, post, byId }: PostInReach<'deputise'>,
  { phone, fromOn, toOn }: Leave,
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
) {
  const now = clock.now()
  const { from, to } = termOf(fromOn, toOn, now)
  if (!to) throw new Error('A leave has a last day')
  // A post that is still to come cannot be stood in for before it begins.
  const term = { from: from < post.from ? post.from : from, to }
  const objection = objectionToDeputy(term, post, now)
  if (objection) throw new Refusal('invalid', objection)
  const deputy = await colleague(circleOf(post.path), fields.index(phone), now)
  if (deputy._id.equals(person._id)) throw new Refusal('invalid', '不能请自己代理，请填同事的手机号')
  if (String(deputy._id) === byId) throw new Refusal('forbidden', '不能让自己代理，请找上级安排')

  const held = { post: post.post, unitId: post.unitId }
  const isLive = { $or: [{ to: null }, { to: { $gt: now } }] }
  await PersonModel.db.transaction(async () => {
    const { matchedCount: isFree } = await PersonModel.updateOne(
      {
        _id: person._id,
        posts: {
          $elemMatch: {
            _id: post._id,
            $and: [isLive, { $or: [{ deputyUntil: null }, { deputyUntil: { $lte: term.from } }] }],
          },
        },
      },
      { 'posts.$[held].deputyUntil': term.to },
      { arrayFilters: [{ 'held._id': post._id }] },
    )
    if (isFree === 0) throw new Refusal('conflict', '这段时间已经请了人代理，请先结束原来的代理')
    const { matchedCount: isTaken } = await PersonModel.updateOne(
      {
        _id: deputy._id,
        posts: { $not: { $elemMatch: { ...held, ...isLive } } },
        [`posts.${MOST_POSTS - 1}`]: { $exists: false },
      },
      {
        $push: {
          posts: {
            ...held,
            path: post.path,
            ...term,
            givenBy: new Types.ObjectId(byId),
            deputyForId: person._id,
          },
        },
      },
    )
    if (isTaken === 0) throw new Refusal('conflict', `${deputy.name}已经有这个岗位了，请换一位同事`)
    await audit.record(
      'post.deputised',
      {
        unit: { unitId: String(post.unitId), path: post.path },
        personId: String(deputy._id),
        detail: `${POST_WORDS[post.post]}，代${person.name}，${termInWords(term)}`,
      },
      now,
    )
  })
  await tellDeputy({ deputy, person, post, term }, now)
  return { personId: String(deputy._id), name: deputy.name }
}

/** Who stands in, or will, for somebody. */
export const deputiesOf = (personId: string) =>
  PersonModel.find({ 'posts.deputyForId': new Types.ObjectId(personId) }, { name: 1, posts: 1 })
    .limit(MOST_POSTS)
    .lean<PersonRecord[]>()

interface Named {
  deputy: PersonRecord
  person: PersonRecord
  post: PostRecord
  term: { from: Date; to: Date }
}

/** The colleague hears what they hold, for whom and until when. */
async function tellDeputy({ deputy, person, post, term }: Named, now: Date) {
  const unit = await findUnit(String(post.unitId))
  await notify.enqueue(
    [
      {
        kind: 'staffMatter',
        subject: `deputy-${String(post._id)}`,
        step: String(term.from.getTime()),
        personId: String(deputy._id),
        path: post.path,
        values: {
          title: `请您代理${POST_WORDS[post.post]}`,
          who: `代${person.name}`,
          unit: unit?.fullName ?? '',
          note: `${termInWords(term)}，到期自动结束。`,
        },
        page: '/packages/teacher/leave/leave',
      },
    ],
    now,
  )
}

async function colleague(circle: string, phoneIndex: string, now: Date) {
  const person = await PersonModel.findOne({
    phoneIndex,
    posts: {
      $elemMatch: { path: within(circle), from: { $lte: now }, $or: [{ to: null }, { to: { $gt: now } }] },
    },
  }).lean<PersonRecord>()
  if (!person) {
    throw new Refusal('not_found', '没有找到用这个手机号的同事。代理人要是本单位在任的教职工')
  }
  return person
}
