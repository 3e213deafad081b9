import type { Activity, Charter, Lecturer, Rating } from '#contract/parent-school'
import type { AssetRecord } from '../../files/model.ts'
import { addressOf } from '../../files/rules.ts'
import type { AttendanceTally } from '../attendance/service.ts'
import type { ActivityRecord } from './activities/model.ts'
import type { CharterRecord } from './charters/model.ts'
import type { LecturerRecord } from './lecturers/model.ts'

export const presentCharter = (it: CharterRecord): Charter => ({
  version: it.version,
  text: it.text,
  adoptedOn: it.adoptedOn,
  savedAt: it.savedAt.toISOString(),
  savedBy: it.savedBy,
})

export interface LecturerContext {
  unitNames: Map<string, string>
  photos: Map<string, AssetRecord>
  ratingOf: (lecturerId: unknown) => Rating | null
}

export const presentLecturer = (
  it: LecturerRecord,
  { unitNames, photos, ratingOf }: LecturerContext,
): Lecturer => {
  const photo = it.photoId ? photos.get(String(it.photoId)) : undefined
  return {
    id: String(it._id),
    unitName: unitNames.get(String(it.unitId)) ?? '',
    name: it.name,
    kind: it.kind,
    bio: it.bio,
    teaches: it.teaches,
    way: it.way,
    photo: photo?.status === 'ready' ? addressOf(photo) : null,
    isRetired: it.isRetired,
    rating: ratingOf(it._id),
  }
}

export function presentActivity(
  it: ActivityRecord,
  names: { units: Map<string, string>; lecturers: Map<string, string> },
  tally: AttendanceTally | undefined,
): Activity {
  return {
    id: String(it._id),
    unitId: String(it.unitId),
    unitName: names.units.get(String(it.unitId)) ?? '',
    title: it.title,
    theme: it.theme,
    outline: it.outline,
    onDay: it.onDay,
    from: it.from,
    hours: it.hours,
    isOnline: it.isOnline,
    place: it.place,
    lecturers: it.lecturerIds.map((id) => ({ id: String(id), name: names.lecturers.get(String(id)) ?? '' })),
    status: it.status,
    evidence: evidenceOf(it, tally),
    liveId: it.liveId ? String(it.liveId) : null,
  }
}

function evidenceOf(it: ActivityRecord, tally: AttendanceTally | undefined): Activity['evidence'] {
  if (it.typed) return { way: 'typed', families: it.typed, note: it.note }
  const families = tally?.attended ?? 0
  if (families === 0 && it.status !== 'held') return null
  return { way: it.liveId ? 'live' : 'checkIn', families, note: it.note }
}
