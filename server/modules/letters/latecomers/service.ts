import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { shanghaiDay } from '../../../infra/clock.ts'
import { asReached } from '../../org/audiences/service.ts'
import { findStudent } from '../../org/families/service.ts'
import type { StudentRecord } from '../../org/families/model.ts'
import { findUnit } from '../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { PlacedChild, SheetPlace } from '../placing/rules.ts'
import { addressesFor, placesOf } from '../placing/service.ts'
import { OPEN_DAYS } from '../rules.ts'
import { makeSheets } from '../sending/service.ts'
import { SheetModel } from '../sheets/model.ts'
import { sheetId } from '../sheets/rules.ts'
import { tellLate } from './telling/service.ts'
import { LateComerModel, type LateComerRecord } from './model.ts'
import { isNotOn, isUnreachedOn, lettingGo, reaching, standingOf, takingOn, waitingFor } from './rules.ts'

const DAY_MS = 86_400_000
/** A letter has its last day within a year of its sending. */
const LONGEST_MS = 366 * DAY_MS
/** No family has so many letters that wait for it. */
const MOST_LETTERS = 200
/** Children of one tick, and how many of them side by side: a class that moves up takes about a second. */
const MOST_CHILDREN = 200
const SIDE_BY_SIDE = 8
/** Sheets that are being made at this moment may have been begun before the change. */
const SETTLING_MS = 10_000
const AFTER_FAILURE_MS = 60_000

type SentLetter = LetterRecord & { sentAt: Date }

interface Standing {
  _id: string
  letterId: Types.ObjectId
  classId: Types.ObjectId
  isListed: boolean
  isUnreached: boolean
}

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

/** What is waiting, oldest first. One child that fails does not hold up the rest, and is tried again after a minute. */
export async function followLateComers(now: Date, log: Logger) {
  const waiting = await LateComerModel.find({ dueAt: { $lte: now } })
    .sort({ dueAt: 1 })
    .limit(MOST_CHILDREN)
    .lean<LateComerRecord[]>()
  for (let at = 0; at < waiting.length; at += SIDE_BY_SIDE) {
    await Promise.all(waiting.slice(at, at + SIDE_BY_SIDE).map((it) => attempt(it, now, log)))
  }
}

async function attempt(late: LateComerRecord, now: Date, log: Logger) {
  const asRead = { _id: late._id, turns: late.turns }
  const again = (ms: number, more = {}) =>
    LateComerModel.updateOne(asRead, { dueAt: new Date(now.getTime() + ms), ...more })
  try {
    const isSettled = await follow(late, now)
    await (isSettled ? LateComerModel.deleteOne(asRead) : again(SETTLING_MS, { isTold: true }))
  } catch (error) {
    log.error({ err: error, studentId: String(late._id) }, 'late comer not followed')
    await again(AFTER_FAILURE_MS)
  }
}

/**
 * Puts one child where it belongs on the sheets of the letters that are still open. Every write asks for the state it
 * changes, so that run twice, or at the same moment as a receipt, it counts nobody double. Answers whether that was all.
 */
async function follow(late: LateComerRecord, now: Date): Promise<boolean> {
  const student = await findStudent(String(late._id))
  if (!student) return true
  const child = placed(student)
  const letters = await openLettersTo(child, now)
  await letGo(student, await sheetsOf(student, child, letters, late))
  await takeOn(student, child, letters, late)
  await reach(student, await sheetsOf(student, child, letters, late))
  if (!late.isTold) await tellLate(late, student, child, letters, now)
  return letters.every((it) => !it.areSheetsDue && it.sentAt.getTime() < now.getTime() - SETTLING_MS)
}

const placed = (student: StudentRecord): PlacedChild => ({
  ...asReached(student),
  classId: String(student.classId),
  path: student.path,
  memberships: student.memberships.map(({ classId, path, from, to }) => ({
    classId: String(classId),
    path,
    from,
    to: to ?? null,
  })),
})

/** By the index of a family's letters; the last day not over, or none and sent within thirty days. */
async function openLettersTo(child: PlacedChild, now: Date) {
  return LetterModel.find(
    {
      'audience.unitId': { $in: await addressesFor(child) },
      'excluded.studentId': { $ne: new Types.ObjectId(child.studentId) },
      status: 'sent',
      supersededBy: null,
      sentAt: { $gte: new Date(now.getTime() - LONGEST_MS) },
      $or: [
        { dueOn: { $gte: shanghaiDay(now) } },
        { dueOn: null, sentAt: { $gt: new Date(now.getTime() - OPEN_DAYS * DAY_MS) } },
      ],
    },
    { body: 0, pledge: 0 },
  )
    .sort({ sentAt: -1, _id: -1 })
    .limit(MOST_LETTERS)
    .lean<SentLetter[]>()
}

/** The sheets of these letters in every class the child is or was in, by their keys. */
async function sheetsOf(
  { _id }: StudentRecord,
  { classId, memberships }: PlacedChild,
  letters: readonly SentLetter[],
  late: LateComerRecord,
) {
  const classIds = new Set([classId, ...memberships.map((it) => it.classId), ...late.classIds.map(String)])
  const ids = letters.flatMap((it) => [...classIds].map((one) => sheetId(String(it._id), one)))
  return SheetModel.find({ _id: { $in: ids } }, standingOf(_id)).lean<Standing[]>()
}

/** Classes the child is not in any more wait for it no longer, but for what it has left there. */
const letGo = async (student: StudentRecord, sheets: readonly Standing[]) =>
  letGoOn(
    student,
    sheets.filter((it) => it.isListed && (student.leftAt || !it.classId.equals(student.classId))),
  )

async function letGoOn({ _id }: StudentRecord, sheets: readonly Standing[]) {
  const ids = sheets.map((it) => it._id)
  if (ids.length === 0) return
  await SheetModel.updateMany({ _id: { $in: ids }, ...waitingFor(_id) }, lettingGo(_id), {
    updatePipeline: true,
  })
}

/** The class a child has come to waits for it, as does the one it is back in. */
async function takeOn(
  student: StudentRecord,
  child: PlacedChild,
  letters: readonly SentLetter[],
  late: LateComerRecord,
) {
  if (late.classIds.length === 0 || student.leftAt) return
  const places = await placesOf(letters.map((letter) => ({ child, letter })))
  await letGoStrays(student, child, letters, places, late)
  const here = letters.filter((_, at) => places[at]?.classId === child.classId)
  if (here.length === 0) return
  await ensureSheets(child, here)
  const ids = here.map((it) => sheetId(String(it._id), child.classId))
  const write = takingOn(student._id, Boolean(student.activatedAt))
  await SheetModel.updateMany({ _id: { $in: ids }, ...isNotOn(student._id) }, write, { updatePipeline: true })
}

/** A new class may have got its sheet from its first reader, with all of its children: also those whose place is elsewhere. */
async function letGoStrays(
  student: StudentRecord,
  child: PlacedChild,
  letters: readonly SentLetter[],
  places: readonly (SheetPlace | null)[],
  late: LateComerRecord,
) {
  const homes = new Map(letters.map((it, at) => [String(it._id), places[at]?.classId]))
  const strays = (await sheetsOf(student, child, letters, late)).filter(
    (it) => it.isListed && homes.get(String(it.letterId)) !== String(it.classId),
  )
  await letGoOn(student, strays)
}

/** A class to which nothing was sent before has no sheet of the letters that come with a child: it gets one without names. */
async function ensureSheets({ classId }: PlacedChild, letters: readonly SentLetter[]) {
  const ids = letters.map((it) => sheetId(String(it._id), classId))
  const there = await SheetModel.find({ _id: { $in: ids } }, { letterId: 1 }).lean<
    { letterId: Types.ObjectId }[]
  >()
  const has = new Set(there.map((it) => String(it.letterId)))
  const unit = await findUnit(classId)
  if (!unit) return
  for (const letter of letters)
    if (!has.has(String(letter._id))) await makeSheets(letter, [unit], { isEmpty: true })
}

async function reach({ _id, activatedAt }: StudentRecord, sheets: readonly Standing[]) {
  const ids = sheets.filter((it) => it.isUnreached).map((it) => it._id)
  if (!activatedAt || ids.length === 0) return
  await SheetModel.updateMany({ _id: { $in: ids }, ...isUnreachedOn(_id) }, reaching(_id))
}
