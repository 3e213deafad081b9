import type { Logger } from 'pino'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { enqueue, reachableOf } from '../../notify/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import { DEPTH, within } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import { ASKED } from '../rules.ts'
import { reminder } from '../sending/rules.ts'
import { findLetter } from '../service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { isWaitedFor, open } from '../sheets/rules.ts'

/** Between two reminders of one class (wechat.md, what parents expect 1). */
export const PAUSE_MS = 2 * 3_600_000
const BATCH = 20

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
  const unanswered = { ...here, $expr: { $lt: [`$${asked}`, '$expected'] } }
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
        families: { $sum: { $subtract: ['$expected', `$${asked}`] } },
        reachable: { $sum: { $subtract: ['$reached', `$${asked}`] } },
      },
    },
  ])
  const people = DEPTH[scope.kind] >= DEPTH.school ? await remindNow(letter, scope.path, now) : null
  const wechat = people && (await reachableOf(people, 'letterReminder', deps)).reachable
  return { families: count?.families ?? 0, reachable: count?.reachable ?? 0, wechat }
}

async function remindNow(letter: LetterRecord, path: string, now: Date) {
  const people: string[] = []
  for (;;) {
    const sheets = await SheetModel.find({ letterId: letter._id, path: within(path), isReminderDue: true })
      .limit(BATCH)
      .lean<SheetRecord[]>()
    if (sheets.length === 0) return people
    people.push(...(await remindSheets(letter, sheets, now)))
  }
}

/** Writes the reminders of some sheets; the number of the round is in the key, so a second run adds none. */
async function remindSheets(letter: LetterRecord, sheets: SheetRecord[], now: Date) {
  const rounds = new Map(
    sheets.flatMap((sheet) =>
      open(sheet, sheet.roster.map(String), letter.confirmation).map((it) => [it, sheet.reminders] as const),
    ),
  )
  const unanswered = sheets.flatMap((it) => it.roster).filter((it) => rounds.has(String(it)))
  const [bonds, students] = await Promise.all([
    joinedGuardiansOf(unanswered),
    findStudents(unanswered.map(String)),
  ])
  const names = new Map(students.map((it) => [String(it._id), it.name]))
  const waitedFor = bonds.filter((bond) => {
    const sheet = sheets.find((it) => it.roster.some((one) => one.equals(bond.studentId)))
    const [studentId, personId] = [String(bond.studentId), String(bond.personId)]
    return !sheet || isWaitedFor(sheet, studentId, personId, letter.confirmation)
  })
  const messages = waitedFor.map((bond) => {
    const studentId = String(bond.studentId)
    const to = {
      studentId,
      childName: names.get(studentId) ?? '您的孩子',
      personId: String(bond.personId),
      path: bond.path,
    }
    return reminder(letter, to, rounds.get(studentId) ?? 0, now)
  })
  await enqueue(messages, now)
  for (const { _id, reminders } of sheets) {
    // A newer round that was asked for meanwhile stays due.
    await SheetModel.updateOne({ _id, reminders }, { isReminderDue: false })
  }
  return messages.map((it) => it.personId)
}

/** Works off what was asked for and has not been written: large units, and what a crash cut short. */
export async function sendReminders(now: Date, log: Logger) {
  let after = ''
  for (;;) {
    const sheets = await SheetModel.find({ isReminderDue: true, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<SheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return
    after = last._id
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
  }
}
