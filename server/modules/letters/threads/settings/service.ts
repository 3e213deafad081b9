import type { RepliesTo } from '#contract/threads'
import { Refusal } from '../../../../http/errors.ts'
import { LetterModel } from '../../model.ts'
import type { OwnLetter } from '../../policy.ts'

/** Where replies to a letter go, before it is sent and after: closed later, what was written stays and can be read. */
export async function setReplies({ letter }: OwnLetter, to: RepliesTo) {
  const { matchedCount } = await LetterModel.updateOne(
    { _id: letter._id, status: { $ne: 'withdrawn' } },
    { replies: to },
    { timestamps: false },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这封信已经撤回了')
}
