import type { Logger } from 'pino'
import type { ReminderStep } from '#contract/reminding'
import { Refusal } from '../../../http/errors.ts'
import { enqueue, withdraw as recall } from '../../notify/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { remindersFor } from '../reminders/service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
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
    await recall({ kind: 'letterReminder', subject: String(_id), rung: step })
  }
}

/** Takes the steps that are due. One letter that fails does not hold up the rest; the next tick tries it again. */
export async function climb(now: Date, log: Logger) {
  // The type is said as the index says it, else MongoDB 6 reads all letters instead.
  const soon = { $type: 'date' as const, $lte: new Date(now.getTime() + LEAD_MS) }
  const due = await LetterModel.find({ nextRungAt: soon })
    .sort({ nextRungAt: 1 })
    .limit(LETTERS)
    .lean<Sent[]>()
  for (const letter of due) {
    await take(letter, now).catch((error: unknown) =>
      log.error({ err: error, letterId: String(letter._id) }, 'reminder step not taken'),
    )
  }
}

async function take(letter: Sent, now: Date) {
  const rung = nextOf<StoredRung>(letter.rungs ?? [])
  const isOver = letter.status !== 'sent' || Boolean(letter.supersededBy) || !rung
  if (isOver) {
    await LetterModel.updateOne({ _id: letter._id }, { nextRungAt: null })
    return
  }
  const isTooOld = now.getTime() - rung.at.getTime() > TOO_OLD_MS
  if (!isTooOld) await write(letter, rung, now)
  const after = (letter.rungs ?? []).find((it) => !it.doneAt && it.step !== rung.step)
  await LetterModel.updateOne(
    { _id: letter._id, nextRungAt: letter.nextRungAt, 'rungs.step': rung.step },
    { 'rungs.$.doneAt': now, 'rungs.$.isSkipped': isTooOld, nextRungAt: after?.at ?? null },
  )
}

/**
 * Puts the reminders of one step into the outbox, some classes at a time. The path of the last class says where to go on
 * after a crash; the step is in the key, so that a second run adds none.
 */
async function write(letter: Sent, rung: StoredRung, now: Date) {
  let upTo = rung.upTo ?? ''
  for (;;) {
    const sheets = await SheetModel.find({ letterId: letter._id, path: { $gt: upTo } })
      .sort({ path: 1 })
      .limit(SHEETS)
      .lean<SheetRecord[]>()
    const last = sheets.at(-1)
    if (!last) return
    await enqueue(
      await remindersFor(letter, sheets, () => rung.step, rung.at > now ? rung.at : now, now),
      now,
    )
    upTo = last.path
    await LetterModel.updateOne(
      { _id: letter._id, rungs: { $elemMatch: { step: rung.step, doneAt: null } } },
      { 'rungs.$.upTo': upTo },
    )
  }
}
