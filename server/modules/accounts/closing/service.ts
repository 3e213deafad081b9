import { Refusal } from '../../../http/errors.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { postsNow } from '../service.ts'

/** Notes that an account is to be closed; asked twice, the first time counts. */
export async function noteClosing(personId: string, closing: { askedAt: Date; dueAt: Date }) {
  const person = await PersonModel.findOneAndUpdate(
    { _id: personId, closing: null },
    { closing },
  ).lean<PersonRecord>()
  if (person && postsNow(person, closing.askedAt).length > 0) {
    await PersonModel.updateOne({ _id: personId }, { closing: null })
    throw new Refusal('conflict', '您现在还有教职工岗位，请先请学校结束岗位，再注销账号')
  }
  const held = await PersonModel.findById(personId, { closing: 1 }).lean<PersonRecord>()
  return held?.closing?.dueAt ?? closing.dueAt
}

export async function dropClosing(personId: string) {
  const { modifiedCount } = await PersonModel.updateOne(
    { _id: personId, closing: { $ne: null } },
    { closing: null },
  )
  return modifiedCount > 0
}

/** Accounts whose days of grace are over. */
export const dueForClosing = (now: Date, most: number) =>
  // The type is named so that the partial index answers; without it everybody is read.
  PersonModel.find(
    { 'closing.dueAt': { $type: 'date', $lte: now } },
    { wxOpenId: 1, phoneIndex: 1, posts: 1 },
  )
    .sort({ 'closing.dueAt': 1 })
    .limit(most)
    .lean<PersonRecord[]>()

/** The last step: the account itself. Who once held a post stays in the school's list of posts, by name alone. */
export async function removePerson({ _id, posts }: Pick<PersonRecord, '_id' | 'posts'>) {
  if (posts.length === 0)
    return void (await PersonModel.deleteOne({ _id, 'closing.dueAt': { $type: 'date' } }))
  await PersonModel.updateOne(
    { _id },
    {
      $set: { phone: null, passwordHash: null, totp: null, sessions: [], consent: null, closing: null },
      $unset: { phoneIndex: 1, wxOpenId: 1, loginName: 1, demoAs: 1 },
    },
  )
}

/** One's own name, as one writes it. */
export const renamePerson = (personId: string, name: string) =>
  PersonModel.updateOne({ _id: personId }, { name })
