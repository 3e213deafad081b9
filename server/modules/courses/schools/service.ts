import type { Types } from 'mongoose'
import { readSchoolTemplates } from '../../../../content/schema.ts'
import { findAssets } from '../../files/service.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { talliesOf } from '../attendance/service.ts'
import type { ActivityRecord } from './activities/model.ts'
import { eventOf } from './activities/service.ts'
import type { LecturerRecord } from './lecturers/model.ts'
import { findLecturers } from './lecturers/service.ts'
import { presentActivity, presentLecturer } from './present.ts'
import { ratingsOf } from './ratings/service.ts'

let templates: ReturnType<typeof readSchoolTemplates> | undefined
/** The charter's model text and outlines of activities of `content/school/`, read once. */
export const theTemplates = () => (templates ??= readSchoolTemplates())

/** Lecturers with their photos, units and what parents thought of them. */
export async function shownLecturers(lecturers: LecturerRecord[]) {
  const [unitNames, found, ratingOf] = await Promise.all([
    fullNamesOf(lecturers.map((it) => String(it.unitId))),
    findAssets(lecturers.flatMap((it) => it.photoId ?? [])),
    ratingsOf(lecturers.map((it) => it._id)),
  ])
  const photos = new Map(found.map((it) => [String(it._id), it]))
  return lecturers.map((it) => presentLecturer(it, { unitNames, photos, ratingOf }))
}

/** Activities with who gives them and how many families came. */
export async function shownActivities(activities: ActivityRecord[]) {
  const [units, lecturers, tallies] = await Promise.all([
    fullNamesOf(activities.map((it) => String(it.unitId))),
    namesOfLecturers(activities.flatMap((it) => it.lecturerIds)),
    talliesOf(activities.map(eventOf)),
  ])
  return activities.map((it) => presentActivity(it, { units, lecturers }, tallies.get(String(eventOf(it)))))
}

export async function namesOfLecturers(ids: Types.ObjectId[]) {
  const found = await findLecturers(ids)
  return new Map(found.map((it) => [String(it._id), it.name]))
}
