import { Refusal } from '../../../http/errors.ts'
import { openIdsOf } from '../../accounts/service.ts'
import type { Template, Templates } from '../rules.ts'
import { QuotaModel, type QuotaRecord } from './model.ts'
import { noteTap, type TapReport } from './rules.ts'

/** As many reports of one person on one template can meet at the same moment at the very most. */
const TRIES = 20
/** WeChat's clock tells whole seconds, and is not ours. */
const APART_MS = 60_000
/** More than anybody has on the way at once. */
const HOLDERS_KEPT = 20

const keyOf = (openId: string, templateId: string) => `${openId}:${templateId}`

interface PageTap {
  tapId: string
  accepted: string[]
  templates: Templates
}

/** The page tells which reminders its person has just allowed. */
export async function reportTap(personId: string, { tapId, accepted, templates }: PageTap, now: Date) {
  const known = new Set(Object.values(templates).map(({ id }) => id))
  if (accepted.some((id) => !known.has(id))) throw new Refusal('invalid', '没有这种提醒')
  const openId = (await openIdsOf([personId])).get(personId)
  if (!openId) throw new Refusal('conflict', '请先在微信里登录，再订阅提醒')
  for (const templateId of new Set(accepted)) {
    await noteConsent(openId, templateId, { from: 'page', id: tapId, at: now })
  }
}

/** One more message may be sent, unless the same tap has been counted already. */
export async function noteConsent(openId: string, templateId: string, report: TapReport) {
  const _id = keyOf(openId, templateId)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const quota = await QuotaModel.findById(_id).lean<QuotaRecord>()
    const { taps, isNew } = noteTap(quota?.taps ?? [], report)
    const revision = quota?.revision ?? 0
    const done = await QuotaModel.updateOne(
      { _id, revision },
      {
        $set: { taps, ...(isNew && { isOff: false }) },
        $inc: { left: isNew ? 1 : 0, revision: 1 },
      },
      { upsert: quota === null },
    ).catch((error: { code?: number }) => {
      if (error.code === 11000) return null // the first report of this pair was somebody else's
      throw error
    })
    if (done && (done.matchedCount > 0 || done.upsertedCount > 0)) return
  }
  throw new Refusal('unavailable', '系统正忙，请稍后再试', 1)
}

/**
 * Sets one consent aside for a message that is about to be sent. False when the person has given none. For the same
 * message once: a process that dies between this and the sending costs the person nothing.
 */
export async function takeConsent(openId: string, { id, isLongTerm }: Template, messageKey: string) {
  const _id = keyOf(openId, id)
  const { matchedCount } = await QuotaModel.updateOne(
    { _id, left: { $gt: 0 }, holders: { $ne: messageKey } },
    {
      $inc: { left: isLongTerm ? 0 : -1 },
      $push: { holders: { $each: [messageKey], $slice: -HOLDERS_KEPT } },
    },
  )
  return matchedCount > 0 || (await QuotaModel.exists({ _id, holders: messageKey })) !== null
}

/** WeChat did not use it up after all. */
export async function returnConsent(openId: string, { id, isLongTerm }: Template, messageKey: string) {
  await QuotaModel.updateOne(
    { _id: keyOf(openId, id), holders: messageKey },
    { $inc: { left: isLongTerm ? 0 : 1 }, $pull: { holders: messageKey } },
  )
}

/** WeChat says there is none left. */
export async function forgetConsent(openId: string, templateId: string) {
  await QuotaModel.updateOne({ _id: keyOf(openId, templateId) }, { left: 0, holders: [] })
}

/** The person has switched the reminder off in WeChat's settings. Whoever has allowed it again since has the last word, however late or often this comes. */
export async function switchOff(openId: string, templateId: string, at: Date) {
  const later = new Date(at.getTime() + APART_MS)
  await QuotaModel.updateOne(
    { _id: keyOf(openId, templateId), taps: { $not: { $elemMatch: { at: { $gt: later } } } } },
    { left: 0, holders: [], isOff: true },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // there is one, and it was allowed again
  })
}

/** What some identities allow of one template, by identity. */
export async function quotasOf(openIds: readonly string[], templateId: string) {
  const found = await QuotaModel.find(
    { _id: { $in: openIds.map((it) => keyOf(it, templateId)) } },
    { left: 1, isOff: 1 },
  ).lean<Pick<QuotaRecord, '_id' | 'left' | 'isOff'>[]>()
  return new Map(
    found.map(({ _id, left, isOff }) => [
      _id.slice(0, -templateId.length - 1),
      { left, isOff: isOff ?? false },
    ]),
  )
}

/** Which of these templates these identities seem to allow, as `openId:templateId`; `takeConsent` has the last word. */
export async function likelyConsents(
  openIds: readonly string[],
  templateIds: readonly string[],
  holders: readonly string[],
) {
  const found = await QuotaModel.find(
    {
      _id: { $in: openIds.flatMap((it) => templateIds.map((id) => keyOf(it, id))) },
      $or: [{ left: { $gt: 0 } }, { holders: { $in: holders } }],
    },
    { _id: 1 },
  ).lean<Pick<QuotaRecord, '_id'>[]>()
  const keys = new Set(found.map((it) => it._id))
  return (openId: string, templateId: string) => keys.has(keyOf(openId, templateId))
}

/** How many messages of each template one identity may still get, and whether it has switched them off. */
export async function consentsOf(openId: string, templateIds: string[]) {
  const found = await QuotaModel.find(
    { _id: { $in: templateIds.map((id) => keyOf(openId, id)) } },
    { left: 1, isOff: 1 },
  ).lean<Pick<QuotaRecord, '_id' | 'left' | 'isOff'>[]>()
  return new Map(
    found.map(({ _id, left, isOff }) => [_id.slice(openId.length + 1), { left, isOff: isOff ?? false }]),
  )
}

/** How many of these identities would get a message of one template. */
export const countConsenting = (openIds: string[], templateId: string) =>
  QuotaModel.countDocuments({ _id: { $in: openIds.map((it) => keyOf(it, templateId)) }, left: { $gt: 0 } })
