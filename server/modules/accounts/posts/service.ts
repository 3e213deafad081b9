import { randomBytes } from 'node:crypto'
import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { UnitScope } from '../../org/policy.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { hashPassword } from '../sign-in/service.ts'

export interface Appointment {
  post: PostKind
  name: string
  phone: string
  loginName?: string | undefined
}

/**
 * Gives a post to whoever holds this phone, making the account when there is none. Given twice it is held once.
 * A console account that is new gets a password, which is returned and kept only as a hash.
 */
export async function appoint(
  scope: UnitScope<'appoint'>,
  { post, name, phone, loginName }: Appointment,
  now: Date,
  { fields }: Pick<Deps, 'fields'>,
) {
  const phoneIndex = fields.index(phone)
  const person = await PersonModel.findOneAndUpdate(
    { phoneIndex },
    { $setOnInsert: { name, phone: fields.seal(phone) } },
    { upsert: true, returnDocument: 'after' },
  ).lean<PersonRecord>()
  await PersonModel.updateOne({ _id: person._id, name: '' }, { name })
  const unitId = new Types.ObjectId(scope.unitId)
  const held = { post, unitId, to: null }
  await PersonModel.updateOne(
    { _id: person._id, posts: { $not: { $elemMatch: held } } },
    { $push: { posts: { ...held, path: scope.path, from: now } } },
  )
  const initialPassword = loginName && !person.loginName ? await openConsole(person._id, loginName) : null
  return { personId: String(person._id), initialPassword }
}

async function openConsole(personId: Types.ObjectId, loginName: string) {
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hashPassword(password)
  try {
    const { matchedCount } = await PersonModel.updateOne(
      { _id: personId, loginName: { $exists: false } },
      { loginName, passwordHash },
    )
    return matchedCount > 0 ? password : null
  } catch (error) {
    if ((error as { code?: number }).code === 11000) {
      throw new Refusal('conflict', '岗位已安排，但这个账号名已经有人用了，请换一个账号名再保存一次')
    }
    throw error
  }
}

/** Ends a post now. What the person did in it stays. */
export async function end(scope: UnitScope<'appoint'>, personId: string, post: PostKind, now: Date) {
  const unitId = new Types.ObjectId(scope.unitId)
  const { matchedCount } = await PersonModel.updateOne(
    { _id: personId, posts: { $elemMatch: { post, unitId, to: null } } },
    { 'posts.$[held].to': now },
    { arrayFilters: [{ 'held.post': post, 'held.unitId': unitId, 'held.to': null }] },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '这个人现在没有这个岗位')
}
