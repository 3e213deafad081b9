import { numbersOf } from '../../../accounts/service.ts'
import { type TextChoice, TextChoiceModel, TextModel } from '../model.ts'

export const noteBadNumber = (personId: string, phoneIndex: string) =>
  TextChoiceModel.updateOne({ _id: personId }, { badIndex: phoneIndex }, { upsert: true })

/** 退订: no more text messages, until they say otherwise themselves. */
export const optOut = (personId: string, now: Date) =>
  TextChoiceModel.updateOne({ _id: personId, optedOutAt: null }, { optedOutAt: now }, { upsert: true }).catch(
    (error: { code?: number }) => {
      if (error.code !== 11000) throw error // they had before
    },
  )

export const optIn = (personId: string) => TextChoiceModel.updateOne({ _id: personId }, { optedOutAt: null })

export const choicesOf = (personIds: readonly string[]) =>
  TextChoiceModel.find({ _id: { $in: personIds } }).lean<TextChoice[]>()

/** Of some people, those whom a text message reaches: with a number that works, and who want it. */
export async function textableOf(personIds: readonly string[]): Promise<Set<string>> {
  const [numbers, choices] = await Promise.all([numbersOf(personIds), choicesOf(personIds)])
  const refused = choices.filter(
    (it) => it.optedOutAt || (it.badIndex && it.badIndex === numbers.get(String(it._id))?.phoneIndex),
  )
  for (const it of refused) numbers.delete(String(it._id))
  return new Set(numbers.keys())
}

/** Harmless twice. */
export async function forgetTexts(personId: string) {
  await TextModel.deleteMany({ personId })
  await TextChoiceModel.deleteOne({ _id: personId })
}
