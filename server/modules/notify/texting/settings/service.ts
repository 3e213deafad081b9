import { Types } from 'mongoose'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { TextModel, TextSpendModel } from '../model.ts'
import { type TextSetting, TextSettingModel } from './model.ts'

export const settingOf = (cityId: string) => TextSettingModel.findById(cityId).lean<TextSetting>()

export const usable = (it: TextSetting | null | undefined): it is TextSetting =>
  Boolean(it?.isOn && it.signName && it.template && it.dailyFen > 0 && it.monthlyFen > 0)

/** Whether letters of this kind of receipt may go as text messages in a city. */
export async function mayText(cityId: string | null, confirmation: string) {
  const setting = cityId ? await settingOf(cityId) : null
  return usable(setting) && (setting.letters === 'all' || confirmation === 'sign')
}

export type Said = Omit<TextSetting, '_id' | 'changedBy' | 'changedAt'>

export async function save(scope: UnitScope<'writeLetters'>, said: Said, by: string, now: Date) {
  await TextSettingModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { ...said, changedBy: by, changedAt: now },
    { upsert: true },
  )
}

/** What has been spent today and this month, and how many messages became what. */
export async function spentIn(cityId: string, now: Date) {
  const day = shanghaiDay(now)
  const month = day.slice(0, 7)
  const [spends, groups] = await Promise.all([
    TextSpendModel.find({ _id: { $in: [`${cityId}:${day}`, `${cityId}:${month}`] } }).lean(),
    TextModel.aggregate<{ _id: string; count: number }>([
      { $match: { cityId: new Types.ObjectId(cityId), month } },
      { $group: { _id: '$status', count: { $sum: 1 } } },
    ]),
  ])
  const of = (key: string) => spends.find((it) => it._id === `${cityId}:${key}`)?.fen ?? 0
  const count = (...states: string[]) =>
    groups.filter((it) => states.includes(it._id)).reduce((sum, it) => sum + it.count, 0)
  return {
    todayFen: of(day),
    monthFen: of(month),
    delivered: count('delivered'),
    sent: count('sent', 'sending', 'unknown'),
    failed: count('failed', 'undelivered'),
  }
}

/** Takes the price of one message out of the day's and the month's money; false when one of them is used up. */
export async function spend({ _id, priceFen, dailyFen, monthlyFen }: TextSetting, now: Date) {
  const day = `${String(_id)}:${shanghaiDay(now)}`
  if (!(await take(day, priceFen, dailyFen))) return false
  if (await take(day.slice(0, -3), priceFen, monthlyFen)) return true
  await TextSpendModel.updateOne({ _id: day }, { $inc: { fen: -priceFen } })
  return false
}

/** What was refused is not charged. */
export async function giveBack({ _id, priceFen }: TextSetting, at: Date) {
  const day = `${String(_id)}:${shanghaiDay(at)}`
  await TextSpendModel.updateMany({ _id: { $in: [day, day.slice(0, -3)] } }, { $inc: { fen: -priceFen } })
}

async function take(key: string, price: number, limit: number) {
  if (price > limit) return false
  const { modifiedCount, upsertedCount } = await TextSpendModel.updateOne(
    { _id: key, fen: { $lte: limit - price } },
    { $inc: { fen: price } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code === 11000) return { modifiedCount: 0, upsertedCount: 0 } // there, and used up
    throw error
  })
  if (modifiedCount + upsertedCount > 0) return true
  // Two first ones of a day meet: the one that lost the insert looks once more.
  return (
    (await TextSpendModel.updateOne({ _id: key, fen: { $lte: limit - price } }, { $inc: { fen: price } }))
      .modifiedCount > 0
  )
}
