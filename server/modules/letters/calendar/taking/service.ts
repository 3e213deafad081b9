import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { LetterModel } from '../../model.ts'
import type { OwnLetter } from '../../policy.ts'

/**
 * A draft that the calendar has made is its office's until somebody changes or sends it: from then on it is theirs. The text, and the
 * time of its last change, stay what was looked at.
 */
export async function takeUp({ letter }: OwnLetter, { personId, name }: StaffActor) {
  if (!letter.authorId.equals(letter.unitId)) return
  const author = { authorId: new Types.ObjectId(personId), authorName: name }
  await LetterModel.updateOne({ _id: letter._id, status: 'draft', authorId: letter.unitId }, author, {
    timestamps: false,
  })
}
