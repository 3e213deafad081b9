import type { Logger } from 'pino'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { withTurnLeft } from '../../notify/pacing/service.ts'
import { silencesOf } from '../../notify/reach/service.ts'
import { enqueue } from '../../notify/service.ts'
import { textableOf } from '../../notify/texting/choices/service.ts'
import { mayText } from '../../notify/texting/settings/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import { DEPTH, idAt, within } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import { ASKED } from '../rules.ts'
import { reminder } from '../sending/rules.ts'
import { SLICE_MS } from '../sending/slices/service.ts'
import { findLetter } from '../service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { open } from '../sheets/rules.ts'
import { isAsked } from '../wanting/rules.ts'

/** Between two reminders of one class (wechat.md, what parents expect 1). */
export const PAUSE_MS = 2 * 3_600_000
const BATCH = 20
/** A school has fewer. */
const MOST_CLASSES = 200

const familiesIn = (marks: string) => ({
  $map: {
    input: {
      $filter: { input: { $objectToArray: { $ifNull: [marks, {}] } }, cond: { $ne: ['$$this.v', {}] } },
    },
    in: '$$this.k',
  },
})
const AGREED = { $setUnion: [familiesIn('$confirmedBy'), familiesIn('$signedBy')] }
/** Families of another opinion and no yes: they have answered, where one guardian answers for the family. */
const OBJECTING_ALONE = {
  $cond: [
    { $or: ['$isForEach', { $not: [{ $isArray: '$objectedIds' }] }] },
    0,
    { $size: { $setDifference: [familiesIn('$objectedBy'), AGREED] } },
  ],
}

/**
 * Asks the families of a unit that have not answered yet, each class at most once in two hours whoever presses. The
 * sheets are marked first; a school's are worked off at once, larger units' by the tick.
 */
export async function remind(
  { letter, scope }: LetterInScope<'writeLetters'>,
  now: Date,
  deps: Pick<Deps, 'env'>,
) {
  if (letter.status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以提醒')
  if (letter.supersededBy) throw new Refusal('conflict', '这封信已有新版，请在新版里提醒')
  const asked = ASKED[letter.confirmation]
  const here = { letterId: letter._id, path: within(scope.path) }
  const done = { $add: [`$${asked}`, OBJECTING_ALONE] }
  const unanswered = { ...here, $expr: { $lt: [done, '$expected'] } }
  const { modifiedCount } = await SheetModel.updateMany(
    { ...unanswered, remindedAt: { $lte: new Date(now.getTime() - PAUSE_MS) } },
    { $set: { remindedAt: now, isReminderDue: true }, $inc: { reminders: 1 } },
  )
  if (modifiedCount === 0) {
    throw (await SheetModel.exists(unanswered))
      ? new Refusal('too_many', '两小时内已经提醒过了，请晚些再提醒')
      : new Refusal('conflict', '所有家庭都已完成，不用提醒')
  }
  const [count] = await SheetModel.aggregate<{ families: number; reachable: number }>([
    { $match: { ...here, remindedAt: now } },
    {
      $group: {
        _id: null,
        families: { $sum: { $subtract: ['$expected', done] } },
        reachable: { $sum: { $subtract: ['$reached', done] } },
      },
    },
  ])
  const silences = DEPTH[scope.kind] >= DEPTH.school ? await remindNow(letter, scope.path, now, deps) : null
  const wechat = silences && [...silences.values()].filter((it) => it === null).length
  return { families: count?.families ?? 0, reachable: count?.reachable ?? 0, wechat }
}

/** Gives why WeChat does not ring up some of those who are reminded. */
async function remindNow(letter: LetterRecord, path: string, now: Date, deps: Pick<Deps, 'env'>) {
  const silences: Awaited<ReturnType<typeof silencesOf>> = new Map()
  for (;;) {
    const sheets = await SheetModel.find({ letterId: letter._id, path: within(path), isReminderDue: true })
      .limit(BATCH)
      .lean<SheetRecord[]>()
    if (sheets.length === 0) return silences
    await remindSheets(letter, sheets, now, async (people) => {
      const unasked = people.filter((it) => !silences.has(it))
      for (const [it, why] of await silencesOf(unasked, 'letterReminder', deps, now)) silences.set(it, why)
    })
  }
}

/**
 * Writes the reminders of some sheets; the number of the round is in the key, so a second run adds none. `before` is told who is reminded:
 * a moment later the first have been, and their consent and their message of the day are used up.
 */
async function remindSheets(
  letter: LetterRecord,
  sheets: SheetRecord[],
  now: Date,
  before?: (people: string[]) => Promise<void>,
) {
  const messages = await remindersFor(letter, sheets, (sheet) => `m${sheet.reminders}`, now, now)
  await before?.(messages.map((it) => it.personId))
  await enqueue(messages, now)
  for (const { _id, reminders } of sheets) {
    // A newer round that was asked for meanwhile stays due.
    await SheetModel.updateOne({ _id, reminders }, { isReminderDue: false })
  }
}

/** A reminder for each guardian on some sheets who still has something to do, and when it is due. */
export async function remindersFor(
  letter: LetterRecord,
  sheets: SheetRecord[],
  rungOf: (sheet: SheetRecord) => string,
  dueAt: Date,
  now: Date,
) {
  const sheetOf = new Map(sheets.flatMap((sheet) => sheet.roster.map((it) => [String(it), sheet] as const)))
  const roster = sheets.flatMap((it) => it.roster)
  const [bonds, students, isTexted] = await Promise.all([
    joinedGuardiansOf(roster),
    findStudents(roster.map(String)),
    mayText(idAt(letter.path, DEPTH.city), letter.confirmation),
  ])
  const names = new Map(students.filter((it) => !it.leftAt).map((it) => [String(it._id), it.name]))
  return bonds.flatMap(({ path, ...bond }) => {
    const studentId = String(bond.studentId)
    const personId = String(bond.personId)
    const childName = names.get(studentId)
    const sheet = sheetOf.get(studentId)
    if (!sheet || childName === undefined) return []
    if (!isAsked(letter, sheet, { studentId, personId }, now)) return []
    return [
      reminder(
        letter,
        { studentId, childName, personId, path },
        { rung: rungOf(sheet), dueAt, mayText: isTexted },
      ),
    ]
  })
}

/**
 * The families below a path that still have something to do, how many of them WeChat would ring up now (可提醒 23/45), and how many a text
 * message would reach besides.
 */
export async function remindableIn(letter: LetterRecord, path: string, now: Date, deps: Pick<Deps, 'env'>) {
  const asked = ASKED[letter.confirmation]
  const sheets = await SheetModel.find({
    letterId: letter._id,
    path: within(path),
    $expr: { $lt: [`$${asked}`, '$expected'] },
  })
    .limit(MOST_CLASSES)
    .lean<SheetRecord[]>()
  const messages = await remindersFor(letter, sheets, () => 'm1', now, now)
  const silences = await silencesOf(
    messages.map((it) => it.personId),
    'letterReminder',
    deps,
    now,
  )
  const isRung = (it: (typeof messages)[number]) => silences.get(it.personId) === null
  const unrung = messages.filter((it) => it.mayText && !isRung(it))
  // Whoever has had the day's message, by WeChat or as a text, hears of it tomorrow.
  const free = await withTurnLeft([...new Set(unrung.map((it) => it.personId))], now)
  const textable = await textableOf(free)
  const rung = familiesOf(messages.filter(isRung))
  return {
    families: sheets.reduce(
      (sum, it) => sum + open(it, it.roster.map(String), letter.confirmation).length,
      0,
    ),
    wechat: rung.size,
    text: [...familiesOf(unrung.filter((it) => textable.has(it.personId)))].filter((it) => !rung.has(it))
      .length,
  }
}

/** A reminder's step begins with the child's id. */
const familiesOf = (messages: readonly { step?: string }[]) =>
  new Set(messages.map((it) => it.step?.slice(0, 24)))

/** When some class below a path may be reminded by hand; null when one may now. */
export async function nextByHand(letter: LetterRecord, path: string, now: Date) {
  const first = await SheetModel.findOne({ letterId: letter._id, path: within(path) }, { remindedAt: 1 })
    .sort({ remindedAt: 1 })
    .lean<Pick<SheetRecord, 'remindedAt'>>()
  const at = first && new Date(first.remindedAt.getTime() + PAUSE_MS)
  return at && at > now ? at : null
}

/**
 * Works off what was asked for and has not been written, large units and what a crash cut short, from the sheet `after` on. Where the slice ends
 * before the sheets do it answers where to go on; null at the end. What fails waits for the next tick.
 */
export async function sendReminders(
  now: Date,
  log: Logger,
  { after = '', sliceMs = SLICE_MS } = {},
): Promise<string | null> {
  const until = performance.now() + sliceMs
  let upTo = after
  for (;;) {
    const sheets = await SheetModel.find({ isReminderDue: true, _id: { $gt: upTo } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<SheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return null
    upTo = last._id
    for (const [letterId, group] of Map.groupBy(sheets, (it) => String(it.letterId))) {
      const letter = await findLetter(letterId)
      if (letter?.status !== 'sent') {
        await SheetModel.updateMany({ _id: { $in: group.map((it) => it._id) } }, { isReminderDue: false })
        continue
      }
      await remindSheets(letter, group, now).catch((error: unknown) =>
        log.error({ err: error, letterId }, 'reminders not written'),
      )
    }
    if (performance.now() >= until) return upTo
  }
}
