import { isDuplicatesOnly } from '../../../infra/mongo.ts'
import { classTeachersOf } from '../../accounts/service.ts'
import { enqueue } from '../../notify/service.ts'
import { mayTextFirst } from '../../notify/texting/settings/service.ts'
import { goesByChild, isWhole, type Reached } from '../../org/audiences/rules.ts'
import {
  classesAfter,
  joinedGuardiansOf,
  rollsOf,
  schoolsAfter,
  traitsOf,
} from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import type { UnitRecord } from '../../org/tree/model.ts'
import { DEPTH, idAt } from '../../org/tree/rules.ts'
import { findUnits } from '../../org/tree/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { planned } from '../ladder/rules.ts'
import { monthOf } from '../rules.ts'
import { closeIfOver, closeSheets } from '../sheets/closing/service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { classNameIn, sheetId } from '../sheets/rules.ts'
import { announceToStaff, makeStaffSheets } from '../staff/sending/service.ts'
import type { SentToStaff } from '../staff/service.ts'
import { carryAnswers } from '../answers/carrying/service.ts'
import { editionsBefore, readersBefore } from '../editions/service.ts'
import { recallMessages } from '../withdrawals/service.ts'
import { addressed, asPlace, classesApart, type Roll } from './rolls/service.ts'
import { announcement } from './rules.ts'

/** Classes of one write: about 16,000 students, half a megabyte. */
const SHEETS = 400
/** The database reads the rolls of one part while it writes another. */
const SIDE_BY_SIDE = 3
/** Classes of one write: as many messages as one statement takes. */
const MESSAGES = 16
/** Classes that the request itself can wait for. */
const AT_ONCE = 60
const SCHOOLS_AT_ONCE = 20

const NOBODY: Roll = { roster: [], unreached: [] }

export type Sending = LetterRecord & { sentAt: Date }

/** Whether a slice of work has lasted long enough; without one a letter goes on to its end. */
export type IsOver = () => boolean
const never: IsOver = () => false

/**
 * Families see the letter at once; then one sheet for each class of the audience. May be cut short and run again, also twice at once:
 * a sheet is made once (`_id`), and the path of the last class says where to go on. False where the slice ended before the classes did.
 */
export async function deliver(letter: Sending, isOver = never): Promise<boolean> {
  if (isToStaff(letter)) {
    await settleEarlier(letter)
    if (!(await makeStaffSheets(letter, isOver))) return false
    await replaceEarlier(letter)
    await LetterModel.updateOne(
      { _id: letter._id, status: 'sending' },
      { status: 'sent', areMessagesDue: true, ...planned(letter) },
    )
    return true
  }
  const isFirstSlice = !letter.sheetsUpTo
  if (isFirstSlice) await release(letter)
  if (!(await makeAllSheets(letter, isOver))) return false
  await LetterModel.updateOne(makingSheets(letter), {
    areSheetsDue: false,
    areMessagesDue: true,
    ...planned(letter),
  })
  return true
}

const isToStaff = (letter: Sending): letter is SentToStaff => Boolean(letter.staff)

/**
 * From here on families see the letter, however many they are: whoever opens it before the sheet of their class is there has it made.
 * A million of them need not wait for each other.
 */
async function release(letter: Sending) {
  await settleEarlier(letter)
  await LetterModel.updateOne({ _id: letter._id, status: 'sending' }, { status: 'sent', areSheetsDue: true })
  await replaceEarlier(letter)
}

/** What the new edition brings over does not change any more: nobody has opened the new one yet. */
async function settleEarlier({ supersedes }: Sending) {
  if (supersedes) await closeSheets(supersedes, 'superseded')
}

async function replaceEarlier({ _id, supersedes }: Sending) {
  if (!supersedes) return
  await LetterModel.updateOne(
    { _id: supersedes, supersededBy: null },
    { supersededBy: _id, areForwardsDue: true },
  )
  await closeSheets(supersedes, 'superseded')
  await recallMessages(supersedes)
}

/** Neither withdrawn meanwhile, nor finished by another worker. */
const makingSheets = ({ _id }: Sending) => ({ _id, status: 'sent' as const, areSheetsDue: true })

async function makeAllSheets(letter: Sending, isOver: IsOver) {
  let upTo = letter.sheetsUpTo
  for (;;) {
    const classes = await classesAfter(letter.audience, upTo, SHEETS * SIDE_BY_SIDE)
    const last = classes.at(-1)
    if (!last) break
    await Promise.all(partsOf(classes, SHEETS).map((some) => makeSheets(letter, some)))
    upTo = last.path
    const { matchedCount } = await LetterModel.updateOne(makingSheets(letter), { $max: { sheetsUpTo: upTo } })
    if (matchedCount === 0) return true
    if (isOver()) return false
  }
  const apart = await classesApart(letter)
  for (let at = 0; at < apart.length; at += SHEETS) {
    await makeSheets(letter, await findUnits(apart.slice(at, at + SHEETS)))
  }
  return true
}

const partsOf = <T>(all: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))

/**
 * A letter to a class or a school is out when the sender's button comes back; of a larger one the sheets follow with the next tick,
 * but its families see it as soon.
 */
export async function deliverSmall(letter: LetterRecord): Promise<LetterRecord> {
  const { status, sentAt, staff, areSheetsDue } = letter
  const isUnderWay = status === 'sending' || (status === 'sent' && areSheetsDue)
  if (!isUnderWay || !sentAt) return letter
  const isForLater = await isLarge(letter)
  if (isForLater && staff) return letter
  await (isForLater ? release({ ...letter, sentAt }) : deliver({ ...letter, sentAt }))
  return (await LetterModel.findById(letter._id).lean<LetterRecord>()) ?? letter
}

async function isLarge({ audience, staff }: LetterRecord) {
  if (staff) return (await schoolsAfter(staff.units, '', SCHOOLS_AT_ONCE + 1)).length > SCHOOLS_AT_ONCE
  return (await classesAfter(audience, '', AT_ONCE + 1)).length > AT_ONCE
}

/** The sheets of some classes; those that exist stay as they are. An empty one waits for who comes to it late. */
export async function makeSheets(letter: Sending, classes: UnitRecord[], { isEmpty = false } = {}) {
  if (classes.length === 0) return
  const schoolIds = [...new Set(classes.map((it) => idAt(it.path, DEPTH.school) ?? ''))]
  const classIds = classes.map((it) => it._id)
  const [rolls, traits, schools, teachers] = await Promise.all([
    rollsOf(classIds),
    goesByChild(letter) ? traitsOf(classIds) : new Map<string, Reached>(),
    findUnits(schoolIds),
    classTeachersOf(
      classes.map((it) => String(it._id)),
      letter.sentAt,
    ),
  ])
  const schoolNames = new Map(schools.map((it) => [String(it._id), it.fullName]))
  const sheets = classes.map((unit) =>
    sheetOf(letter, unit, isEmpty ? NOBODY : addressed(letter, unit, rolls.get(String(unit._id)), traits), {
      schoolName: schoolNames.get(idAt(unit.path, DEPTH.school) ?? '') ?? '',
      teacher: teachers.get(String(unit._id))?.name ?? '',
    }),
  )
  // A class nobody of which is written to has no sheet; one that is written to as a whole has one from the beginning.
  const wanted = sheets.filter(
    (it, i) => isEmpty || it.expected > 0 || isWhole(letter, asPlace(classes[i] as UnitRecord)),
  )
  if (wanted.length === 0) return
  await SheetModel.collection.insertMany(wanted as never[], { ordered: false }).catch((error: unknown) => {
    if (!isDuplicatesOnly(error)) throw error // made by an earlier run, or for a family that was quicker
  })
  await closeIfOver(letter._id)
  await carryAnswers(letter, wanted)
}

function sheetOf(
  letter: Sending,
  unit: UnitRecord,
  { roster, unreached }: Roll,
  { schoolName, teacher }: { schoolName: string; teacher: string },
): SheetRecord {
  return {
    _id: sheetId(String(letter._id), String(unit._id)),
    letterId: letter._id,
    classId: unit._id,
    path: unit.path,
    sentAt: letter.sentAt,
    month: monthOf(letter.sentAt),
    confirmation: letter.confirmation,
    ...(letter.node && { node: letter.node.key }),
    schoolName,
    className: classNameIn(schoolName, unit.fullName),
    teacher,
    roster,
    unreached,
    expected: roster.length,
    reached: roster.length - unreached.length,
    read: 0,
    confirmed: 0,
    signed: 0,
    ...(letter.receiptRule === 'each' && { isForEach: true, confirmedIds: [], signedIds: [] }),
    ...(letter.isPrivate && { isPrivate: true }),
    ...(letter.form && { answered: 0, conflicts: 0, answeredIds: [], conflictIds: [] }),
    reminders: 0,
    remindedAt: new Date(0),
    isReminderDue: false,
  }
}

/**
 * Puts one message for each guardian who has joined into the outbox, some classes at a time. A key for letter, person
 * and child is what makes a second run harmless. False where the slice ended before the classes did.
 */
export async function announce(letter: Sending, now: Date, isOver = never): Promise<boolean> {
  const isAtItsEnd = isToStaff(letter)
    ? await announceToStaff(letter, now, isOver)
    : await announceToFamilies(letter, now, isOver)
  if (!isAtItsEnd) return false
  await LetterModel.updateOne({ _id: letter._id }, { areMessagesDue: false })
  return true
}

async function announceToFamilies(letter: Sending, now: Date, isOver: IsOver) {
  const before = await editionsBefore(letter)
  let upTo = letter.messagesUpTo
  for (;;) {
    const sheets = await SheetModel.find({ letterId: letter._id, path: { $gt: upTo } })
      .sort({ path: 1 })
      .limit(MESSAGES * SIDE_BY_SIDE)
      .lean<SheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return true
    await Promise.all(
      partsOf(sheets, MESSAGES).map(async (some) => enqueue(await messagesFor(letter, some, before), now)),
    )
    upTo = last.path
    const { matchedCount } = await LetterModel.updateOne(
      { _id: letter._id, status: 'sent' },
      { $max: { messagesUpTo: upTo } },
    )
    if (matchedCount === 0) return true // withdrawn meanwhile
    if (isOver()) return false
  }
}

async function messagesFor(letter: Sending, sheets: SheetRecord[], before: Sending[]) {
  const roster = sheets.flatMap((it) => it.roster)
  const [bonds, students, mayText, readers] = await Promise.all([
    joinedGuardiansOf(roster),
    findStudents(roster.map(String)),
    mayTextFirst(idAt(letter.path, DEPTH.city), letter),
    readersBefore(
      before,
      sheets.map((it) => it.classId),
    ),
  ])
  const names = new Map(students.map((it) => [String(it._id), it.name]))
  return bonds.map((bond) =>
    announcement(
      letter,
      {
        studentId: String(bond.studentId),
        childName: names.get(String(bond.studentId)) ?? '您的孩子',
        personId: String(bond.personId),
        path: bond.path,
        knewItBefore: readers.has(`${String(bond.studentId)}:${String(bond.personId)}`),
      },
      { mayText },
    ),
  )
}
