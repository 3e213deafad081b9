import type { Logger } from 'pino'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { silencesOf } from '../../../notify/reach/service.ts'
import { enqueue } from '../../../notify/service.ts'
import { within } from '../../../org/tree/rules.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { PAUSE_MS } from '../../reminders/service.ts'
import { findLetter } from '../../service.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../model.ts'
import { isIncomplete, sheetsAt, waitingOn } from '../rules.ts'
import type { StaffNames } from '../office/policy.ts'
import { mayRemind } from '../office/policy.ts'
import { staffReminder } from './rules.ts'

/** Sheets of one write, and of what one tick works off. */
const SHEETS = 50
const OF_A_TICK = 500
/** More people are reminded by the tick, and not counted one by one. */
const MOST_AT_ONCE = 2_000

type Scope = Pick<StaffNames, 'letter' | 'scope'>
const placeOf = ({ letter, scope }: Scope) => ({
  letterId: letter._id,
  path: within(sheetsAt(letter, scope)),
})
/** Sheets from before there were reminders have none. */
const notSince = (now: Date) => ({ remindedAt: { $not: { $gt: new Date(now.getTime() - PAUSE_MS) } } })

const peopleOf = (letter: LetterRecord, sheets: readonly StaffSheetRecord[]) => [
  ...new Set(sheets.flatMap((it) => waitingOn(letter, it))),
]

/** Reminds the staff below a unit who have not done what is asked, each school at most once in two hours whoever presses. */
export async function remindStaff(names: StaffNames, now: Date, deps: Pick<Deps, 'env'>) {
  const { letter, scope } = names
  if (!mayRemind(names)) throw new Refusal('forbidden', '您的岗位不能提醒')
  const unanswered = { ...placeOf({ letter, scope }), ...isIncomplete(letter) }
  const { modifiedCount } = await StaffSheetModel.updateMany(
    { ...unanswered, ...notSince(now) },
    { $set: { remindedAt: now, isReminderDue: true }, $inc: { reminders: 1 } },
  )
  if (modifiedCount === 0) {
    throw (await StaffSheetModel.exists(unanswered))
      ? new Refusal('too_many', '两小时内已经提醒过了，请晚些再提醒')
      : new Refusal('conflict', '都已完成，不用提醒')
  }
  const due = { ...placeOf({ letter, scope }), remindedAt: now, isReminderDue: true }
  const [sum] = await StaffSheetModel.aggregate<{ people: number }>([
    { $match: due },
    { $group: { _id: null, people: { $sum: '$expected' } } },
  ])
  const people = sum?.people ?? 0
  if (people > MOST_AT_ONCE) return { families: people, reachable: people, wechat: null }
  const sheets = await StaffSheetModel.find(due).limit(MOST_AT_ONCE).lean<StaffSheetRecord[]>()
  const asked = peopleOf(letter, sheets)
  const silences = await silencesOf(asked, 'staffMatter', deps, now)
  await remindSheets(letter, sheets, now)
  const wechat = [...silences.values()].filter((it) => it === null).length
  return { families: asked.length, reachable: asked.length, wechat }
}

/** The number of the round is in the key, so a second run adds none. */
async function remindSheets(letter: LetterRecord, sheets: readonly StaffSheetRecord[], now: Date) {
  await enqueue(
    messagesFor(letter, sheets, (it) => `m${it.reminders}`, now),
    now,
  )
  for (const { _id, reminders } of sheets) {
    // A newer round that was asked for meanwhile stays due.
    await StaffSheetModel.updateOne({ _id, reminders }, { isReminderDue: false })
  }
}

const messagesFor = (
  letter: LetterRecord,
  sheets: readonly StaffSheetRecord[],
  rungOf: (sheet: StaffSheetRecord) => string,
  dueAt: Date,
) =>
  sheets.flatMap((sheet) =>
    waitingOn(letter, sheet).map((personId) =>
      staffReminder(letter, { ...sheet, personId }, { rung: rungOf(sheet), dueAt }),
    ),
  )

/** How many below a unit still have something to do, and how many of them WeChat would ring up now: 可提醒 23/45. */
export async function remindableStaff({ letter, scope }: Scope, now: Date, deps: Pick<Deps, 'env'>) {
  const sheets = await StaffSheetModel.find({ ...placeOf({ letter, scope }), ...isIncomplete(letter) })
    .limit(MOST_AT_ONCE)
    .lean<StaffSheetRecord[]>()
  const people = peopleOf(letter, sheets)
  if (people.length > MOST_AT_ONCE) return null
  const silences = await silencesOf(people, 'staffMatter', deps, now)
  const wechat = people.filter((it) => silences.get(it) === null).length
  return { families: people.length, wechat }
}

/** When some school below a unit may be reminded by hand; null when one may now. */
export async function nextStaffByHand({ letter, scope }: Scope, now: Date) {
  const unanswered = { ...placeOf({ letter, scope }), ...isIncomplete(letter) }
  const [first] = await StaffSheetModel.find(unanswered, { remindedAt: 1 })
    .sort({ remindedAt: 1 })
    .limit(1)
    .lean<Partial<Pick<StaffSheetRecord, 'remindedAt'>>[]>()
  const at = first?.remindedAt && new Date(first.remindedAt.getTime() + PAUSE_MS)
  return at && at > now ? at : null
}

/** Works off what was asked for and has not been written: large units, and what a crash cut short. */
export async function remindStaffDue(now: Date, log: Logger) {
  for (let done = 0; done < OF_A_TICK; done += SHEETS) {
    const sheets = await StaffSheetModel.find({ isReminderDue: true })
      .sort({ _id: 1 })
      .limit(SHEETS)
      .lean<StaffSheetRecord[]>()
    if (sheets.length === 0) return
    for (const [letterId, group] of Map.groupBy(sheets, (it) => String(it.letterId))) {
      const letter = await findLetter(letterId)
      if (letter?.status === 'sent') await remindSheets(letter, group, now)
      else {
        log.info({ letterId }, 'reminders of a letter that is gone')
        await StaffSheetModel.updateMany(
          { _id: { $in: group.map((it) => it._id) } },
          { isReminderDue: false },
        )
      }
    }
  }
}

interface Rung {
  step: string
  at: Date
  upTo?: string | null
}

/** Puts the reminders of one step of the ladder into the outbox, some schools at a time; begun again it goes on from there. False where the slice ended first. */
export async function writeStaffRung(
  letter: LetterRecord,
  rung: Rung,
  now: Date,
  isOver: () => boolean,
): Promise<boolean> {
  let upTo = rung.upTo ?? ''
  const dueAt = rung.at > now ? rung.at : now
  for (;;) {
    const sheets = await StaffSheetModel.find({ letterId: letter._id, path: { $gt: upTo } })
      .sort({ path: 1 })
      .limit(SHEETS)
      .lean<StaffSheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return true
    await enqueue(
      messagesFor(letter, sheets, () => rung.step, dueAt),
      now,
    )
    upTo = last.path
    await LetterModel.updateOne(
      { _id: letter._id, rungs: { $elemMatch: { step: rung.step, doneAt: null } } },
      { 'rungs.$.upTo': upTo },
    )
    if (isOver()) return false
  }
}
