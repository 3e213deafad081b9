import { Types } from 'mongoose'
import { ContentModel } from '../model.ts'

/** Forgets what a person wrote that a school was to look at. What waits is shown in 我的信息 by the room it was written in. Harmless twice. */
export const forgetContents = (personId: string) =>
  ContentModel.deleteMany({ personId: new Types.ObjectId(personId) })
