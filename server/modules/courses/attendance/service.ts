import { Types } from 'mongoose'
import type { OwnChild } from '../../org/policy.ts'
import { idAtExpression, within } from '../../org/tree/rules.ts'
import { AttendanceModel, type AttendanceRecord } from './model.ts'
import { attendanceId, type Deed, marking } from './rules.ts'

export interface AttendanceTally {
  registered: number
  joined: number
  attended: number
}
export const NOBODY: AttendanceTally = { registered: 0, joined: 0, attended: 0 }

/** Who a mark is for: a child, the class it is in, the classes it has been in, and who of its family came. */
export type Attendee = Pick<OwnChild, 'studentId' | 'classId' | 'path' | 'relation'> &
  Partial<Pick<OwnChild, 'memberships'>>

/** Notes what a family did; done twice, it changes nothing, also when the child has moved to another class in between. */
export async function mark(eventId: Types.ObjectId, child: Attendee, deed: Deed, now: Date) {
  if (await earlierSheet(eventId, child, deed)) return
  const _id = attendanceId(String(eventId), child.classId)
  const write = () =>
    AttendanceModel.updateOne({ _id }, marking(child.studentId, [deed], child.relation, now), {
      updatePipeline: true,
    })
  if ((await write()).matchedCount > 0) return
  await AttendanceModel.updateOne(
    { _id },
    {
      $setOnInsert: {
        eventId,
        classId: new Types.ObjectId(child.classId),
        path: child.path,
        ...NOBODY,
      },
    },
    { upsert: true },
  )
  await write()
}

/** The sheet of a class the child was in before, where the mark stands already: it stays with the class of that day. */
async function earlierSheet(
  eventId: Types.ObjectId,
  { studentId, classId, memberships = [] }: Attendee,
  deed: Deed,
) {
  const before = memberships.filter((it) => it.classId !== classId)
  if (before.length === 0) return null
  const ids = before.map((it) => attendanceId(String(eventId), it.classId))
  return AttendanceModel.exists({ _id: { $in: ids }, [`${deed}By.${studentId}`]: { $exists: true } })
}

/** Takes a registration back; whoever has joined meanwhile stays. */
export async function unregister(eventId: Types.ObjectId, child: Attendee) {
  const field = `registeredBy.${child.studentId}`
  const earlier = await earlierSheet(eventId, child, 'registered')
  await AttendanceModel.updateOne(
    { _id: earlier?._id ?? attendanceId(String(eventId), child.classId), [field]: { $exists: true } },
    { $unset: { [field]: 1 }, $inc: { registered: -1 } },
  )
}

const sums = {
  registered: { $sum: '$registered' },
  joined: { $sum: '$joined' },
  attended: { $sum: '$attended' },
}

/** Sums of one event by the units at a depth of the tree. */
export async function talliesBy(eventId: Types.ObjectId, path: string, depth: number) {
  const rows = await AttendanceModel.aggregate<AttendanceTally & { _id: string }>([
    { $match: { eventId, path: within(path) } },
    { $group: { _id: idAtExpression(depth), ...sums } },
  ])
  return new Map(rows.map((it) => [it._id, it]))
}

/** Sums of many events, by event. */
export async function talliesOf(eventIds: Types.ObjectId[], path?: string) {
  const rows = await AttendanceModel.aggregate<AttendanceTally & { _id: Types.ObjectId }>([
    { $match: { eventId: { $in: eventIds }, ...(path && { path: within(path) }) } },
    { $group: { _id: '$eventId', ...sums } },
  ])
  return new Map(rows.map((it) => [String(it._id), it]))
}

/** The sheet of one class, with who was there. */
export const sheetOf = (eventId: Types.ObjectId, classId: string) =>
  AttendanceModel.findById(attendanceId(String(eventId), classId)).lean<AttendanceRecord>()

/** Of some events those at which this child's family was. */
export async function attendedBy(
  eventIds: Types.ObjectId[],
  child: Pick<OwnChild, 'studentId' | 'memberships'>,
) {
  const ids = eventIds.flatMap((eventId) =>
    child.memberships.map(({ classId }) => attendanceId(String(eventId), classId)),
  )
  const sheets = await AttendanceModel.find(
    { _id: { $in: ids }, [`attendedBy.${child.studentId}`]: { $exists: true } },
    { eventId: 1 },
  ).lean<AttendanceRecord[]>()
  return new Set(sheets.map((it) => String(it.eventId)))
}

const MOST_MARKS = 1000

/** Every event at which a child's family was, with who came and when, over the classes the child has been in. */
export async function checkInsOf(studentId: string, classIds: Types.ObjectId[]) {
  const field = `attendedBy.${studentId}`
  const sheets = await AttendanceModel.find(
    { classId: { $in: classIds }, [field]: { $exists: true } },
    { eventId: 1, [field]: 1 },
  )
    .limit(MOST_MARKS)
    .lean<AttendanceRecord[]>()
  return sheets.flatMap(({ eventId, attendedBy }) => {
    const mark = attendedBy?.[studentId]
    return mark ? [{ eventId, ...mark }] : []
  })
}
