import { shanghaiDay } from '../../../../infra/clock.ts'
import { asReached } from '../../../org/audiences/service.ts'
import type { StudentRecord } from '../../../org/families/model.ts'
import { findUnit } from '../../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import type { PlacedChild } from '../../placing/rules.ts'
import { addressesFor, placingsOf } from '../../placing/service.ts'
import { OPEN_DAYS } from '../../rules.ts'
import { makeSheets } from '../../sending/service.ts'
import { SheetModel, type SheetRecord } from '../../sheets/model.ts'
import { sheetId } from '../../sheets/rules.ts'
import type { LateComerRecord } from '../model.ts'
import { type Move, moveOf, type Standing } from '../planning/rules.ts'
import { lettingGo, reaching, STANDING, takingOn } from '../rules.ts'
import { tellLate } from '../telling/service.ts'

const DAY_MS = 86_400_000
/** A letter has its last day within a year of its sending. */
const LONGEST_MS = 366 * DAY_MS
/** No class has so many letters that wait for it or for one of its children. */
const MOST_LETTERS = 1_000
/** Sheets that are being made at this moment may have been begun before the change. */
const SETTLING_MS = 10_000
/** What came in between is looked at again, so often at once. */
const TURNS = 4

type SentLetter = LetterRecord & { sentAt: Date }

/** A child to be followed, as it is now. */
export interface Late {
  late: LateComerRecord
  student: StudentRecord
  child: PlacedChild
}

export const lateOf = (late: LateComerRecord, student: StudentRecord): Late => ({
  late,
  student,
  child: {
    ...asReached(student),
    classId: String(student.classId),
    path: student.path,
    memberships: student.memberships.map(({ classId, path, from, to }) => ({
      classId: String(classId),
      path,
      from,
      to: to ?? null,
    })),
  },
})

/**
 * Puts the children of one class where they belong on the sheets of the letters that are still open, and tells their
 * families. Every write asks for the state it changes, so that run twice, or at the same moment as a receipt, it counts
 * nobody double. Answers whether that was all.
 */
export async function followClass(lates: readonly Late[], now: Date): Promise<boolean> {
  const letters = await openLettersTo(lates, now)
  const made = letters.filter((it) => !it.areSheetsDue)
  const isPlaced = await placeOnSheets(lates, made)
  const toTell = lates.filter((it) => !it.late.isTold)
  if (toTell.length > 0) await tellLate(toTell, letters, now)
  const areOld = letters.every((it) => it.sentAt.getTime() < now.getTime() - SETTLING_MS)
  return isPlaced && areOld && made.length === letters.length
}

/** By the index of a family's letters; the last day not over, or none and sent within thirty days. */
async function openLettersTo(lates: readonly Late[], now: Date) {
  const addresses = (await Promise.all(lates.map((it) => addressesFor(it.child)))).flat()
  return LetterModel.find(
    {
      'audience.unitId': { $in: [...new Map(addresses.map((it) => [String(it), it])).values()] },
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

/** Until nothing is left to be moved: a family may open or answer a letter while its child is on the way. */
async function placeOnSheets(lates: readonly Late[], letters: readonly SentLetter[]) {
  for (let turn = 0; turn < TURNS; turn++) {
    const writes = await writesFor(lates, letters)
    if (writes.length === 0) return true
    await SheetModel.collection.bulkWrite(writes as never[], { ordered: true })
  }
  return false
}

async function writesFor(lates: readonly Late[], letters: readonly SentLetter[]) {
  const sheets = await standingsOf(lates, letters)
  const movers = lates.filter((it) => it.late.classIds.length > 0)
  const pairs = letters.flatMap((letter) => movers.map((late) => ({ ...late, letter })))
  const placings = await placingsOf(pairs)
  const moves = pairs.flatMap(({ letter, student, child }, at) => {
    const of = { ...child, hasLeft: Boolean(student.leftAt) }
    const move = moveOf(of, placings[at] ?? null, sheets.get(String(letter._id)) ?? [])
    return move ? [{ letter, student, move }] : []
  })
  const comingTo = moves.flatMap(({ letter, move: { to } }) => (to ? [{ letter, to }] : []))
  await ensureSheets(comingTo, sheets)
  // Whoever comes is there before it goes: what a family has opened is never nowhere.
  return [...comings(moves), ...goings(moves), ...reached(lates, [...sheets.values()].flat())]
}

interface Going {
  letter: SentLetter
  student: StudentRecord
  move: Move
}

const write = (_id: string, update: object[]) => ({ updateOne: { filter: { _id }, update } })

const comings = (moves: readonly Going[]) =>
  [
    ...Map.groupBy(
      moves.filter((it) => it.move.to),
      ({ letter, move: { to } }) => sheetId(String(letter._id), to ?? ''),
    ),
  ].map(([id, some]) =>
    write(
      id,
      takingOn(
        some.map(({ student, move }) => ({
          studentId: student._id,
          hasJoined: Boolean(student.activatedAt),
          reading: move.reading,
        })),
      ),
    ),
  )

function goings(moves: readonly Going[]) {
  const leaving = moves.flatMap(({ student, move }) =>
    move.from.map(({ sheet, reading }) => ({ id: sheet._id, studentId: student._id, reading })),
  )
  return [...Map.groupBy(leaving, (it) => it.id)].map(([id, some]) => write(id, lettingGo(some)))
}

function reached(lates: readonly Late[], sheets: readonly Standing[]) {
  const joined = lates.filter((it) => it.student.activatedAt)
  return sheets.flatMap((sheet) => {
    const ids = joined.map((it) => it.student._id).filter((it) => sheet.unreached.has(String(it)))
    return ids.length > 0 ? [write(sheet._id, reaching(ids))] : []
  })
}

/** The sheets of these letters in every class the children are or were in, by letter. */
async function standingsOf(lates: readonly Late[], letters: readonly SentLetter[]) {
  const classIds = new Set(
    lates.flatMap(({ child, late }) => [
      child.classId,
      ...child.memberships.map((it) => it.classId),
      ...late.classIds.map(String),
    ]),
  )
  const ids = letters.flatMap((it) => [...classIds].map((one) => sheetId(String(it._id), one)))
  const found = await SheetModel.find({ _id: { $in: ids } }, STANDING).lean<StoredStanding[]>()
  return Map.groupBy(found.map(asStanding), (it) => it._id.slice(0, 24))
}

type StoredStanding = Pick<
  SheetRecord,
  '_id' | 'classId' | 'confirmation' | 'roster' | 'unreached' | 'readBy' | 'answered'
> & { haveAnswered: string[] }

const asStanding = ({ _id, classId, confirmation, answered, readBy = {}, ...lists }: StoredStanding) => ({
  _id,
  classId: String(classId),
  confirmation,
  hasForm: answered !== undefined,
  readBy,
  roster: new Set(lists.roster.map(String)),
  unreached: new Set(lists.unreached.map(String)),
  haveAnswered: new Set(lists.haveAnswered),
})

/** A class to which nothing was sent before has no sheet of the letters that come with a child: it gets one without names. */
async function ensureSheets(
  comingTo: readonly { letter: SentLetter; to: string }[],
  sheets: ReadonlyMap<string, Standing[]>,
) {
  const missing = new Map(
    comingTo
      .filter(({ letter, to }) => !sheets.get(String(letter._id))?.some((it) => it.classId === to))
      .map((it) => [sheetId(String(it.letter._id), it.to), it]),
  )
  for (const { letter, to } of missing.values()) {
    const unit = await findUnit(to)
    if (unit) await makeSheets(letter, [unit], { isEmpty: true })
  }
}
