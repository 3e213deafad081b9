import type { Types } from 'mongoose'
import { type Holder, holdersWithin } from '../../../accounts/holders/service.ts'
import { enqueue } from '../../../notify/service.ts'
import { officesIn, schoolsAfter } from '../../../org/audiences/service.ts'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { within } from '../../../org/tree/rules.ts'
import { editionsBefore } from '../../editions/service.ts'
import { LetterModel } from '../../model.ts'
import { openUntil } from '../../rules.ts'
import { staffAnnouncement } from '../../sending/rules.ts'
import { sheetId } from '../../sheets/rules.ts'
import { carryReceipts, isAskedTheSame } from '../answers/carrying/service.ts'
import { staffReadersBefore } from '../editions/service.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../model.ts'
import { followHolders, isFor, unitOfSheet } from '../rules.ts'
import type { SentToStaff } from '../service.ts'

/** Whether a slice of work has lasted long enough. */
type IsOver = () => boolean

const SCHOOLS = 100
const MESSAGES = 50
/** How often an open letter looks for who has come into a post. */
const CHECK_MS = 24 * 60 * 60_000

/**
 * One sheet for each school, and for each office that is written to. May be cut short and run again; false where the slice ended before
 * the schools did.
 */
export async function makeStaffSheets(letter: SentToStaff, isOver: IsOver): Promise<boolean> {
  const { units } = letter.staff
  let upTo = letter.sheetsUpTo
  if (!upTo) {
    const offices = await officesIn(units)
    await makeSheets(letter, offices, await holdersAt(letter, offices))
  }
  for (;;) {
    const schools = await schoolsAfter(units, upTo, SCHOOLS)
    const last = schools.at(-1)
    if (!last) return true
    await makeSheets(letter, schools, await holdersAt(letter, schools))
    upTo = last.path
    await LetterModel.updateOne({ _id: letter._id, status: 'sending' }, { $max: { sheetsUpTo: upTo } })
    if (isOver()) return false
  }
}

/** Who is written to, of the posts that stand on the sheets of some units. */
async function holdersAt({ staff, sentAt }: SentToStaff, units: readonly UnitRecord[], now = sentAt) {
  const ranges = units.map((it) =>
    it.kind === 'school' ? within(it.path) : { $gte: it.path, $lt: `${it.path}!` },
  )
  const holders = await holdersWithin(ranges, staff.posts, now)
  return Map.groupBy(
    holders.filter((it) => isFor(staff, it)),
    (it) => unitOfSheet(it.path),
  )
}

async function makeSheets(letter: SentToStaff, units: readonly UnitRecord[], holders: Map<string, Holder[]>) {
  const sheets = units.flatMap((unit) => {
    const roster = peopleOf(holders.get(String(unit._id)) ?? [])
    return roster.length > 0 ? [sheetOf(letter, unit, roster)] : []
  })
  if (sheets.length === 0) return
  await StaffSheetModel.collection.bulkWrite(
    sheets.map(({ _id, ...sheet }) => ({
      updateOne: { filter: { _id: _id as never }, update: { $setOnInsert: sheet }, upsert: true },
    })),
    { ordered: false },
  )
  await carryReceipts(
    letter,
    units.map((it) => it._id),
  )
}

const peopleOf = (holders: readonly Holder[]): Types.ObjectId[] => [
  ...new Map(holders.map((it) => [String(it.personId), it.personId])).values(),
]

const sheetOf = (letter: SentToStaff, unit: UnitRecord, roster: Types.ObjectId[]): StaffSheetRecord => ({
  _id: sheetId(String(letter._id), String(unit._id)),
  letterId: letter._id,
  unitId: unit._id,
  path: unit.path,
  unitName: unit.fullName,
  sentAt: letter.sentAt,
  roster,
  expected: roster.length,
  read: 0,
  confirmed: 0,
  answered: 0,
  ...(letter.form && letter.form.answeredBy !== 'each' && { isOnce: true }),
  reminders: 0,
  remindedAt: new Date(0),
  isReminderDue: false,
  checkedAt: letter.sentAt,
  openUntil: openUntil(letter),
})

/** Puts one message for each person into the outbox, some schools at a time; a second run adds none. False where the slice ended first. */
export async function announceToStaff(letter: SentToStaff, now: Date, isOver: IsOver): Promise<boolean> {
  const before = await editionsBefore(letter)
  const keepsReceipts = await isAskedTheSame(letter)
  let upTo = letter.messagesUpTo
  for (;;) {
    const sheets = await StaffSheetModel.find({ letterId: letter._id, path: { $gt: upTo } })
      .sort({ path: 1 })
      .limit(MESSAGES)
      .lean<StaffSheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return true
    const readers = await staffReadersBefore(
      before,
      sheets.map((it) => it.unitId),
    )
    await enqueue(
      sheets.flatMap((it) => messagesOf(letter, it, it.roster, { readers, keepsReceipts })),
      now,
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

const NEW = { readers: new Set<string>(), keepsReceipts: false }

const messagesOf = (
  letter: SentToStaff,
  sheet: StaffSheetRecord,
  people: readonly Types.ObjectId[],
  { readers, keepsReceipts } = NEW,
) =>
  people.map(String).map((personId) => {
    const { path, unitName } = sheet
    const knewItBefore = readers.has(personId)
    return staffAnnouncement(letter, { personId, path, unitName, knewItBefore, keepsReceipts })
  })

/**
 * Once a day the sheets of open letters follow the posts: who has come is written to, and who has gone without reading is
 * not waited for any more. A holder who opens the letter before that stands on the sheet at once.
 */
export async function followPosts(now: Date) {
  // The type is said as the index says it, else MongoDB 6 reads all sheets instead.
  const longAgo = { $type: 'date' as const, $lte: new Date(now.getTime() - CHECK_MS) }
  const due = await StaffSheetModel.find({ checkedAt: longAgo })
    .sort({ checkedAt: 1 })
    .limit(MESSAGES)
    .lean<StaffSheetRecord[]>()
  for (const sheet of due) {
    const letter = await LetterModel.findById(sheet.letterId).lean<SentToStaff>()
    if (letter?.status !== 'sent' || letter.supersededBy || sheet.openUntil <= now) {
      await StaffSheetModel.updateOne({ _id: sheet._id }, { $unset: { checkedAt: 1 } })
      continue
    }
    const units = await officesOrSchool(sheet)
    const holders = peopleOf([...(await holdersAt(letter, units, now)).values()].flat())
    const known = new Set(sheet.roster.map(String))
    const newcomers = holders.filter((it) => !known.has(String(it)))
    await enqueue(messagesOf(letter, sheet, newcomers), now)
    await StaffSheetModel.updateOne({ _id: sheet._id }, followHolders(holders, now), { updatePipeline: true })
  }
}

const officesOrSchool = async ({ unitId, path }: StaffSheetRecord) => {
  const found = [...(await officesIn([{ path }])), ...(await schoolsAfter([{ path }], '', 1))]
  return found.filter((it) => it._id.equals(unitId))
}
