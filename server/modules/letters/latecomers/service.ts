import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { findStudents } from '../../org/families/service.ts'
import { followClass, type Late, lateOf } from './following/service.ts'
import { LateComerModel, type LateComerRecord } from './model.ts'

/** Children that are read at once, those of one class that are followed together, and classes side by side. */
const MOST_CHILDREN = 2_000
const OF_ONE_CLASS = 100
const SIDE_BY_SIDE = 8
/** What late comers may take before the other work of the tick. */
const SLICE_MS = 2_000
const AGAIN_MS = 10_000
const AFTER_FAILURE_MS = 60_000

/** A guardian has come to a child: its family is reached from now on. Joins the transaction it is called in. */
export const noteJoined = async (studentId: Types.ObjectId, personId: string, now: Date) => {
  await LateComerModel.updateOne(
    { _id: studentId },
    {
      $setOnInsert: { since: now },
      $set: { dueAt: now, isTold: false },
      $inc: { turns: 1 },
      $addToSet: { personIds: new Types.ObjectId(personId) },
    },
    { upsert: true },
  )
}

/** Who does not belong to the child any more has not come to it. Joins the transaction it is called in. */
export const forgetJoined = async (studentId: Types.ObjectId, personId: string) => {
  await LateComerModel.updateOne({ _id: studentId }, { $pull: { personIds: new Types.ObjectId(personId) } })
}

/** Some children have left their class, or are back in it; their families hear of it not before `tellAt`. Joins the transaction it is called in. */
export const noteMoved = async (
  moves: readonly { studentId: Types.ObjectId; classIds: readonly Types.ObjectId[] }[],
  now: Date,
  tellAt?: Date,
) => {
  if (moves.length === 0) return
  await LateComerModel.bulkWrite(
    moves.map(({ studentId, classIds }) => ({
      updateOne: {
        filter: { _id: studentId },
        update: {
          $setOnInsert: { since: now },
          $set: { dueAt: now, isTold: false, tellAt: tellAt ?? null },
          $inc: { turns: 1 },
          $addToSet: { classIds: { $each: [...classIds] } },
        },
        upsert: true,
      },
    })),
  )
}

/**
 * What is waiting, oldest first, class by class: a promotion moves a hundred thousand children at once. False when the slice has ended
 * before they have; the next one goes on with those that are left.
 */
export async function followLateComers(now: Date, log: Logger, sliceMs = SLICE_MS): Promise<boolean> {
  const until = performance.now() + sliceMs
  for (;;) {
    const waiting = await LateComerModel.find({ dueAt: { $lte: now } })
      .sort({ dueAt: 1 })
      .limit(MOST_CHILDREN)
      .lean<LateComerRecord[]>()
    if (waiting.length === 0) return true
    await followAll(waiting, now, log)
    if (waiting.length < MOST_CHILDREN) return true
    if (performance.now() >= until) return false
  }
}

async function followAll(waiting: readonly LateComerRecord[], now: Date, log: Logger) {
  const students = await findStudents(waiting.map((it) => String(it._id)))
  const byId = new Map(students.map((it) => [String(it._id), it]))
  const known = waiting.flatMap((it) => {
    const student = byId.get(String(it._id))
    return student ? [lateOf(it, student)] : []
  })
  await settle(waiting.filter((it) => !byId.has(String(it._id))))
  const classes = [...Map.groupBy(known, (it) => it.child.classId).values()].flatMap(inParts)
  const next = classes.values()
  const worker = async () => {
    for (const some of next) await attempt(some, now, log)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
}

const inParts = (all: readonly Late[]) =>
  Array.from({ length: Math.ceil(all.length / OF_ONE_CLASS) }, (_, at) =>
    all.slice(at * OF_ONE_CLASS, (at + 1) * OF_ONE_CLASS),
  )

/** One child that fails does not hold up its class, and is tried again after a minute. */
async function attempt(lates: readonly Late[], now: Date, log: Logger): Promise<void> {
  const records = lates.map((it) => it.late)
  try {
    const isSettled = await followClass(lates, now)
    await (isSettled ? settle(records) : again(records, now, { isTold: true }))
  } catch (error) {
    if (lates.length > 1) {
      for (const one of lates) await attempt([one], now, log)
      return
    }
    log.error({ err: error, studentId: lates[0]?.child.studentId }, 'late comer not followed')
    await again(records, now, {}, AFTER_FAILURE_MS)
  }
}

/** One that has changed once more meanwhile is looked at once more. */
const asRead = ({ _id, turns }: LateComerRecord) => ({ _id, turns })

async function settle(records: readonly LateComerRecord[]) {
  if (records.length === 0) return
  await LateComerModel.bulkWrite(records.map((it) => ({ deleteOne: { filter: asRead(it) } })))
}

async function again(records: readonly LateComerRecord[], now: Date, more: object, ms = AGAIN_MS) {
  const change = { dueAt: new Date(now.getTime() + ms), ...more }
  await LateComerModel.bulkWrite(
    records.map((it) => ({ updateOne: { filter: asRead(it), update: { $set: change } } })),
  )
}
