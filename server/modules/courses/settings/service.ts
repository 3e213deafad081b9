import { Types } from 'mongoose'
import { CourseSettingsModel, type CourseSettingsRecord } from './model.ts'

/** What some units have decided; a unit that has decided nothing is not among them. */
export const settingsOf = (unitIds: readonly string[]) =>
  CourseSettingsModel.find({ _id: { $in: unitIds.map((it) => new Types.ObjectId(it)) } })
    .limit(200)
    .lean<CourseSettingsRecord[]>()

/** Which programmes of the installation each of some cities has switched off. */
export async function switchedOffIn(cityIds: readonly string[]) {
  if (cityIds.length === 0) return new Map<string, string[]>()
  return new Map((await settingsOf(cityIds)).map((it) => [String(it._id), it.switchedOff]))
}
