import { type PictureWordRecord, PictureWordModel } from './model.ts'

/** What WeChat has said of some bytes, by their hashes; of most it has said nothing. */
export async function wordsOn(hashes: readonly string[]): Promise<Map<string, PictureWordRecord['verdict']>> {
  const found = await PictureWordModel.find({ _id: { $in: [...hashes] } }).lean<PictureWordRecord[]>()
  return new Map(found.map((it) => [it._id, it.verdict]))
}

/** Remembers WeChat's word on some bytes; the last one counts. */
export const rememberWord = (sha256: string, verdict: string, now: Date) =>
  PictureWordModel.updateOne(
    { _id: sha256 },
    { verdict: verdict === 'pass' ? 'pass' : 'doubt', at: now },
    { upsert: true },
  )
