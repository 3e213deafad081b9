import type { Logger } from 'pino'
import type { ReminderStep } from '#contract/reminding'
import { Refusal } from '../../../http/errors.ts'
import { enqueue, withdraw as recall } from '../../notify/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { remindersFor } from '../reminders/service.ts'
import type { IsOver } from '../sending/service.ts'
import { inSlices, SLICE_MS } from '../sending/slices/service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { writeStaffRung } from '../staff/reminders/service.ts'
import { LEAD_MS, nextOf, rungsOf, TOO_OLD_MS } from './rules.ts'

const LETTERS = 50
const SHEETS = 20

type Sent = LetterRecord & { sentAt: Date }
type StoredRung = NonNullable<LetterRecord['rungs']>[number]

/** Chooses other days for what has not been taken yet; what was taken stays as it is. */
export async function choose({ letter }: OwnLetter, steps: ReminderStep[], now: Date) {
  const { _id, status } = letter
  if (status !== 'sent') {
    const { matchedCount } = await LetterModel.updateOne(
      { _id, status: { $in: ['draft', 'scheduled'] } },
      { remindOn: steps },
    )
    if (matchedCount > 0) return
    throw new Refusal('conflict', '这封信现在不能改提醒')
  }
  if (letter.supersededBy) throw new Refusal('conflict', '这封信已有新版，请在新版里改提醒')
  const taken = (letter.rungs ?? []).filter((it) => it.doneAt ?? it.at <= now)
  const coming = rungsOf(steps, letter as Sent).filter(
    (it) => it.at > now && !taken.some((one) => one.step === it.step),
  )
  const { matchedCount } = await LetterModel.updateOne(
    { _id, status: 'sent', nextRungAt: letter.nextRungAt ?? null },
    { remindOn: steps, rungs: [...taken, ...coming], nextRungAt: coming[0]?.at ?? null },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '提醒正好在这时候发出，请刷新再改')
  // Written ahead of its hour and not gone yet.
  const dropped = taken.filter((it) => it.at > now && !steps.includes(it.step as ReminderStep))
  for (const { step } of dropped) {
    await recall({ kind: letter.staff ? 'staffMatter' : 'letterReminder', subject: String(_id), rung: step })
  }
}

/** Goes on with the steps that are due, each letter in its slice. False while some step is not at its end. */
export async function climb(now: Date, log: Logger, sliceMs = SLICE_MS): Promise<boolean> {
  // The type is said as the index says it, else MongoDB 6 reads all letters instead.
  const soon = { $type: 'date' as const, $lte: new Date(now.getTime() + LEAD_MS) }
  const due = await LetterModel.find({ nextRungAt: soon })
    .sort({ nextRungAt: 1 })
    .limit(LETTERS)
    .lean<Sent[]>()
  return inSlices(due, (letter, isOver) => take(letter, now, isOver), { log, sliceMs })
}

async function take(letter: Sent, now: Date, isOver: IsOver): Promise<boolean> {
  const rung = nextOf<StoredRung>(letter.rungs ?? [])
  const isPast = letter.status !== 'sent' || Boolean(letter.supersededBy) || !rung
  if (isPast) {
    await LetterModel.updateOne({ _id: letter._id }, { nextRungAt: null })
    return true
  }
  // What was begun in time is brought to its end.
  const isTooOld = !rung.upTo && now.getTime() - rung.at.getTime() > TOO_OLD_MS
  if (!isTooOld && !(await write(letter, rung, now, isOver))) return false
  const after = (letter.rungs ?? []).find((it) => !it.doneAt && it.step !== rung.step)
  await LetterModel.updateOne(
    { _id: letter._id, nextRungAt: letter.nextRungAt, 'rungs.step': rung.step },
    { 'rungs.$.doneAt': now, 'rungs.$.isSkipped': isTooOld, nextRungAt: after?.at ?? null },
  )
  return true
}

/**
 * Puts the reminders of one step into the outbox, some classes at a time. The path of the last class says where to go on
 * after a crash; the step is in the key, so that a second run adds none. False where the slice ended before the classes did.
 */
async function write(letter: Sent, rung: StoredRung, now: Date, isOver: IsOver): Promise<boolean> {
  if (letter.staff) return writeStaffRung(letter, rung, now, isOver)
  let upTo = rung.upTo ?? ''
  for (;;) {
    const sheets = await SheetModel.find({ letterId: letter._id, path: { $gt: upTo } })
      .sort({ path: 1 })
      .limit(SHEETS)
      .lean<SheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return true
    await enqueue(
      await remindersFor(letter, sheets, () => rung.step, rung.at > now ? rung.at : now, now),
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
