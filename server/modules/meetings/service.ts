import { Types } from 'mongoose'
import type { CallWay } from '#contract/meetings'
import { Refusal } from '../../http/errors.ts'
import { shanghaiDay, shanghaiInstant } from '../../infra/clock.ts'
import type { OwnChild, UnitScope } from '../org/policy.ts'
import { idsOf, within } from '../org/tree/rules.ts'
import { SlotModel, type SlotRecord, TeacherDayModel } from './model.ts'
import type { OwnSlots } from './policy.ts'
import { MOST_DAYS_AHEAD, overlaps, type Plan, type Span, spansOf } from './rules.ts'

const DAY_MS = 86_400_000
const PAGE = 50
const MOST_A_DAY = 60
const duplicate = (error: unknown) => (error as { code?: number }).code === 11000

export interface Opening extends Omit<Plan, 'day'> {
  days: string[]
  way: CallWay
}

/** Opens the slots of some days, all or none. Pressed twice, the second finds them there and says so. */
export async function open(scope: UnitScope<'offerCalls'>, opening: Opening, now: Date) {
  const spans = [...new Set(opening.days)].sort().flatMap((day) => spansOf({ ...opening, day }))
  checkSpans(spans, now)
  try {
    return await SlotModel.db.transaction(async () => {
      await claimDays(scope.personId, spans)
      const standing = await liveBetween(scope.personId, spans)
      const clash = standing.find((it) => spans.some((span) => overlaps(it, span)))
      if (clash) throw new Refusal('conflict', '这段时间里您已经开放过时段，请错开')
      const made = await SlotModel.insertMany(spans.map((span) => newSlot(scope, span, opening.way)))
      return made.map((it) => it.toObject() as SlotRecord)
    })
  } catch (error) {
    if (duplicate(error)) throw new Refusal('conflict', '这段时间里您已经开放过时段，请错开')
    throw error
  }
}

function checkSpans(spans: Span[], now: Date) {
  const [first] = spans
  const last = spans.at(-1)
  if (!first || !last) throw new Refusal('invalid', '这段时间排不下一次通话，请放宽起止时间')
  if (first.startAt <= now) throw new Refusal('invalid', '时段要从现在以后开始')
  if (last.startAt.getTime() - now.getTime() > MOST_DAYS_AHEAD * DAY_MS) {
    throw new Refusal('invalid', `最多提前${MOST_DAYS_AHEAD}天开放时段`)
  }
  const byDay = Map.groupBy(spans, (it) => shanghaiDay(it.startAt))
  if ([...byDay.values()].some((it) => it.length > MOST_A_DAY)) {
    throw new Refusal('invalid', `一天最多开放${MOST_A_DAY}个时段`)
  }
}

async function claimDays(teacherId: string, spans: Span[]) {
  for (const day of new Set(spans.map((it) => shanghaiDay(it.startAt)))) {
    await TeacherDayModel.updateOne(
      { _id: `${teacherId}:${day}` },
      { $inc: { openings: 1 } },
      { upsert: true },
    )
  }
}

const liveBetween = (teacherId: string, spans: Span[]) =>
  SlotModel.find({
    teacherId: new Types.ObjectId(teacherId),
    status: { $in: ['open', 'booked'] },
    startAt: {
      $gte: new Date((spans[0]?.startAt.getTime() ?? 0) - DAY_MS),
      $lt: spans.at(-1)?.endAt ?? new Date(0),
    },
  }).lean<SlotRecord[]>()

const newSlot = (scope: UnitScope<'offerCalls'>, span: Span, way: CallWay) => ({
  teacherId: new Types.ObjectId(scope.personId),
  unitId: new Types.ObjectId(scope.unitId),
  path: scope.path,
  way,
  ...span,
})

/** A teacher's live slots of two weeks from a day. */
export const slotsOf = ({ teacherId }: OwnSlots, from: string) => {
  const start = shanghaiInstant(from)
  return SlotModel.find({
    teacherId: new Types.ObjectId(teacherId),
    status: { $in: ['open', 'booked'] },
    startAt: { $gte: start, $lt: new Date(start.getTime() + 14 * DAY_MS) },
  })
    .sort({ startAt: 1 })
    .limit(14 * MOST_A_DAY)
    .lean<SlotRecord[]>()
}

/** What a family may still book for a child: of the teachers of its class, grade and school. */
export function freeFor(child: OwnChild, now: Date) {
  const ids = idsOf(child.path)
  const paths = ids.map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`)
  return SlotModel.find({ path: { $in: paths }, status: 'open', startAt: { $gt: now } })
    .sort({ startAt: 1 })
    .limit(200)
    .lean<SlotRecord[]>()
}

/** Books a slot for a child: one conditional update, so that of a thousand callers one wins (R1). */
export async function book(child: OwnChild, slotId: string, topic: string, now: Date): Promise<SlotRecord> {
  const ids = idsOf(child.path)
  const paths = ids.map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`)
  const booking = {
    studentId: new Types.ObjectId(child.studentId),
    personId: new Types.ObjectId(child.personId),
    guardianshipId: new Types.ObjectId(child.guardianshipId),
    classId: new Types.ObjectId(child.classId),
    studentName: child.studentName,
    guardianName: child.guardianName,
    relation: child.relation,
    topic,
    bookedAt: now,
  }
  const slot = await SlotModel.findOneAndUpdate(
    { _id: slotId, status: 'open', path: { $in: paths }, startAt: { $gt: now } },
    { status: 'booked', booking },
    { returnDocument: 'after' },
  )
    .lean<SlotRecord>()
    .catch((error: unknown) => {
      if (duplicate(error)) throw new Refusal('conflict', '孩子在这个时间已经有一个预约了')
      throw error
    })
  return slot ?? notBooked(child, slotId, paths, now)
}

/** Why the slot could not be booked; the same guardian pressing twice gets the booking that stands. */
async function notBooked(child: OwnChild, slotId: string, paths: string[], now: Date): Promise<SlotRecord> {
  const slot = await SlotModel.findOne({ _id: slotId, path: { $in: paths } }).lean<SlotRecord>()
  if (!slot) throw new Refusal('not_found', '没有这个时段')
  const isOurs =
    slot.booking &&
    String(slot.booking.personId) === child.personId &&
    String(slot.booking.studentId) === child.studentId
  if (slot.status === 'booked' && isOurs) return slot
  if (slot.startAt <= now) throw new Refusal('conflict', '这个时段已经开始了，请选别的时间')
  throw new Refusal(
    'conflict',
    slot.status === 'booked' ? '刚刚被别的家长约走了，请选别的时间' : '老师收回了这个时段，请选别的时间',
  )
}

/** A guardian's calls, live and cancelled, the newest first. */
export async function callsOf(personId: string) {
  const id = new Types.ObjectId(personId)
  const [live, cancelled] = await Promise.all([
    SlotModel.find({ 'booking.personId': id }).sort({ startAt: -1 }).limit(PAGE).lean<SlotRecord[]>(),
    SlotModel.find({ 'history.personId': id }).sort({ startAt: -1 }).limit(PAGE).lean<SlotRecord[]>(),
  ])
  const gone = cancelled.flatMap((slot) =>
    slot.history.filter((it) => it.personId.equals(id)).map((booking) => ({ slot, booking })),
  )
  const standing = live.flatMap((slot) => (slot.booking ? [{ slot, booking: slot.booking }] : []))
  return [...standing, ...gone]
    .filter((it) => !it.booking.isHidden)
    .sort((a, b) => b.slot.startAt.getTime() - a.slot.startAt.getTime())
    .slice(0, PAGE)
}

/** The guardian gives the call back; the slot is open for others again. */
export const cancelAsGuardian = (personId: string, slotId: string, reason: string, now: Date) =>
  cancel(
    {
      _id: slotId,
      'booking.personId': new Types.ObjectId(personId),
      status: 'booked',
      startAt: { $gt: now },
    },
    { to: 'open', by: 'guardian', reason },
    now,
  )

/** The teacher calls it off; the time is not offered again. */
export const cancelAsTeacher = ({ teacherId }: OwnSlots, slotId: string, reason: string, now: Date) =>
  cancel(
    { _id: slotId, teacherId: new Types.ObjectId(teacherId), status: 'booked', startAt: { $gt: now } },
    { to: 'closed', by: 'teacher', reason },
    now,
  )

/** A booking that may be cancelled, and whose it is: its teacher's or its guardian's. */
interface Mine {
  _id: string
  teacherId?: Types.ObjectId
  'booking.personId'?: Types.ObjectId
  status: 'booked'
  startAt: { $gt: Date }
}

/** Calls a booking off in one write: it moves into the history as the slot is freed. */
export async function cancel(
  filter: Mine,
  { to, by, reason }: { to: 'open' | 'closed'; by: 'guardian' | 'teacher'; reason: string },
  now: Date,
) {
  const gone = { cancelledAt: now, cancelledBy: by, reason: { $literal: reason } }
  // A pipeline, so that the booking moves into the history in the same write that frees the slot.
  const slot = await SlotModel.findOneAndUpdate(
    filter,
    [
      {
        $set: {
          history: {
            $slice: [{ $concatArrays: ['$history', [{ $mergeObjects: ['$booking', gone] }]] }, -20],
          },
          status: to,
          booking: null,
        },
      },
    ],
    { returnDocument: 'after', updatePipeline: true },
  ).lean<SlotRecord>()
  return slot ?? notCancelled(filter)
}

/** Why nothing was cancelled: somebody else's slot does not exist, one's own has been cancelled or has begun. */
async function notCancelled({ _id, teacherId, ...booked }: Mine): Promise<never> {
  const personId = booked['booking.personId']
  const mine = teacherId
    ? { teacherId }
    : { $or: [{ 'booking.personId': personId }, { 'history.personId': personId }] }
  if (await SlotModel.exists({ _id, ...mine }))
    throw new Refusal('conflict', '这个预约已经取消，或者已经开始了')
  throw new Refusal('not_found', '没有这个预约')
}

/** Takes back a slot nobody has booked. */
export async function close({ teacherId }: OwnSlots, slotId: string) {
  const mine = { _id: slotId, teacherId: new Types.ObjectId(teacherId) }
  const { matchedCount } = await SlotModel.updateOne({ ...mine, status: 'open' }, { status: 'closed' })
  if (matchedCount > 0) return
  const slot = await SlotModel.findOne(mine).lean<SlotRecord>()
  if (!slot) throw new Refusal('not_found', '没有这个时段')
  if (slot.status === 'booked') throw new Refusal('conflict', '已经有家长预约，请用“取消预约”并说明原因')
}

/** The booking on one's own slot. */
export async function bookedSlot({ teacherId }: OwnSlots, slotId: string) {
  const slot = await SlotModel.findOne({
    _id: slotId,
    teacherId: new Types.ObjectId(teacherId),
    status: 'booked',
  }).lean<SlotRecord>()
  if (!slot?.booking) throw new Refusal('not_found', '没有这个预约')
  return { slot, booking: slot.booking }
}

/** A unit's booked calls from a day on, a page at a time. */
export async function callsWithin(scope: UnitScope<'seeFamilies'>, from: string, after: string | undefined) {
  const [at, id] = after?.split('~') ?? []
  const filter = { path: within(scope.path), startAt: { $gte: shanghaiInstant(from) } }
  const found = await SlotModel.find({
    ...filter,
    status: 'booked',
    ...(at &&
      id && { $or: [{ startAt: { $gt: new Date(at) } }, { startAt: new Date(at), _id: { $gt: id } }] }),
  })
    .sort({ startAt: 1, _id: 1 })
    .limit(PAGE + 1)
    .lean<SlotRecord[]>()
  const [openCount, bookedCount] = await Promise.all([
    SlotModel.countDocuments({ ...filter, status: 'open' }),
    SlotModel.countDocuments({ ...filter, status: 'booked' }),
  ])
  const slots = found.slice(0, PAGE)
  const last = slots.at(-1)
  const next = found.length > PAGE && last ? `${last.startAt.toISOString()}~${String(last._id)}` : null
  return { slots, next, openCount, bookedCount }
}
