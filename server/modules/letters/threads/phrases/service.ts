import { PhrasesModel, type PhrasesRecord } from './model.ts'

/** What everybody begins with. */
const FIRST = [
  '收到，谢谢您告诉我。',
  '好的，我了解一下，今天放学前回复您。',
  '这件事电话里说更清楚，请在“预约”里选个时间。',
]

export async function phrasesOf(personId: string): Promise<string[]> {
  const kept = await PhrasesModel.findById(personId).lean<PhrasesRecord>()
  return kept?.phrases ?? FIRST
}

/** The whole list at once; the same phrase is kept once. */
export async function savePhrases(personId: string, phrases: readonly string[]): Promise<string[]> {
  const kept = [...new Set(phrases)]
  await PhrasesModel.updateOne({ _id: personId }, { $set: { phrases: kept } }, { upsert: true })
  return kept
}
