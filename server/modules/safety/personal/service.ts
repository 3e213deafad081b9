import { Types } from 'mongoose'
import { ContentModel } from '../model.ts'
import { OF_SHARED } from '../pictures/rules.ts'

/**
 * Forgets what a person wrote that a school was to look at. What was said of a picture of a letter stays with the unit whose letter it is, and
 * is nobody's: else a picture that was sent back would be shown again. What waits is shown in 我的信息 by the room it was written in.
 * Harmless twice.
 */
export async function forgetContents(personId: string) {
  const mine = { personId: new Types.ObjectId(personId) }
  await ContentModel.updateMany(
    { ...mine, kind: 'picture', subject: OF_SHARED },
    { personId: new Types.ObjectId(), sealedWho: '', about: null },
  )
  await ContentModel.deleteMany(mine)
}
