import { Types } from 'mongoose'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { TextModel, TextSpendModel } from '../model.ts'
import { paidFor } from '../rules.ts'
import { type TextSetting, TextSettingModel } from './model.ts'

export const settingOf = (cityId: string) => TextSettingModel.findById(cityId).lean<TextSetting>()

export const usable = (it: TextSetting | null | undefined): it is TextSetting =>
  Boolean(it?.isOn && it.signName && it.template && it.dailyFen > 0 && it.monthlyFen > 0)

/** Whether letters of this kind of receipt may go as text messages in a city. */
export const mayText = async (cityId: string | null, confirmation: string) =>
  (await settingFor(cityId, confirmation)) !== null

/** By what a city's letters of this kind of receipt go as text messages; null where they do not. */
export async function settingFor(cityId: string | null, confirmation: string) {
  const setting = cityId ? await settingOf(cityId) : null
  return usable(setting) && (setting.letters === 'all' || confirmation === 'sign') ? setting : null
}

/** Whether whom WeChat does not reach with the letter itself is texted at once. */
export async function mayTextFirst(
  cityId: string | null,
  letter: { confirmation: string; isUrgent?: boolean | null; textsFirst?: boolean | null },
) {
  if (!letter.isUrgent && !letter.textsFirst) return false
  const setting = cityId ? await settingOf(cityId) : null
  if (!usable(setting) || setting.first === 'none') return false
  if (letter.isUrgent) return true
  return setting.first === 'chosen' && (setting.letters === 'all' || letter.confirmation === 'sign')
}

export type Said = Omit<TextSetting, '_id' | 'changedBy' | 'changedAt'>

export async function save(scope: UnitScope<'writeLetters'>, said: Said, by: string, now: Date) {
  await TextSettingModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { ...said, changedBy: by, changedAt: now },
    { upsert: true },
  )
}

/** What has been spent today and this month. */
async function moneySpent(cityId: string, now: Date) {
  const day = `${cityId}:${shanghaiDay(now)}`
  const spends = await TextSpendModel.find({ _id: { $in: [day, monthOf(day)] } }).lean()
  const of = (key: string) => spends.find((it) => it._id === key)?.fen ?? 0
  return { todayFen: of(day), monthFen: of(monthOf(day)) }
}

/** How many text messages a city's money still pays for. */
export const paidNow = async (setting: TextSetting, now: Date) =>
  paidFor(setting, await moneySpent(String(setting._id), now))

/** What has been spent, and how many messages of the month became what. */
export async function spentIn(cityId: string, now: Date) {
  const month = shanghaiDay(now).slice(0, 7)
  const [money, groups] = await Promise.all([
    moneySpent(cityId, now),
    TextModel.aggregate<{ _id: string; count: number }>([
      { $match: { cityId: new Types.ObjectId(cityId), month } },
      { $group: { _id: '$status', count: { $sum: 1 } } },
    ]),
  ])
  const count = (...states: string[]) =>
    groups.filter((it) => states.includes(it._id)).reduce((sum, it) => sum + it.count, 0)
  return {
    ...money,
    delivered: count('delivered'),
    sent: count('sent', 'sending', 'unknown'),
    failed: count('failed', 'undelivered'),
  }
}

/** Takes the price of one message out of the day's and the month's money; false when one of them is used up: the transaction it is called in has to end then. */
export async function spend({ _id, priceFen, dailyFen, monthlyFen }: TextSetting, now: Date) {
  const day = `${String(_id)}:${shanghaiDay(now)}`
  const limits = [
    { key: day, limit: dailyFen },
    { key: monthOf(day), limit: monthlyFen },
  ]
  for (const { key, limit } of limits) {
    const spent = await TextSpendModel.findOneAndUpdate(
      { _id: key },
      { $inc: { fen: priceFen } },
      { upsert: true, returnDocument: 'after' },
    ).lean<{ fen: number }>()
    if (!spent || spent.fen > limit) return false
  }
  return true
}

/** What was refused is not charged. */
export async function giveBack(cityId: Types.ObjectId, fen: number, at: Date) {
  const day = `${String(cityId)}:${shanghaiDay(at)}`
  await TextSpendModel.updateMany({ _id: { $in: [day, monthOf(day)] } }, { $inc: { fen: -fen } })
}

const monthOf = (day: string) => day.slice(0, -3)
