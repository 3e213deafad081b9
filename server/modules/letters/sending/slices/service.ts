import type { Logger } from 'pino'
import { LetterModel } from '../../model.ts'
import { announce, deliver, type IsOver, type Sending } from '../service.ts'

/** What all letters under way may take together before the other work of the tick; each goes on by one part at least. */
export const SLICE_MS = 2_000

/** The letters whose sending has begun and not ended, oldest first. */
export const unsent = () =>
  LetterModel.find({ $or: [{ status: 'sending' }, { areSheetsDue: true, status: 'sent' }] })
    .sort({ _id: 1 })
    .limit(50)
    .lean<Sending[]>()

/** Sent letters of which somebody has not been told yet. */
export const unannounced = () =>
  LetterModel.find({ areMessagesDue: true, status: 'sent' }).sort({ _id: 1 }).limit(50).lean<Sending[]>()

/**
 * Goes on with everything that was begun: each letter has its slice of the time, so that one to a whole city holds up neither the others nor what else
 * the tick does. False while some letter is not at its end. One that fails does not hold up the rest either; the next tick tries it again.
 */
export async function finishSending(now: Date, log: Logger, sliceMs = SLICE_MS): Promise<boolean> {
  const areSheetsMade = await inSlices(await unsent(), deliver, { log, sliceMs })
  const tell = (letter: Sending, isOver: IsOver) => announce(letter, now, isOver)
  const areAllTold = await inSlices(await unannounced(), tell, { log, sliceMs })
  return areSheetsMade && areAllTold
}

/** Gives each letter its share of the time. False while some of them are not at their end; one that fails is tried again by the next tick. */
export async function inSlices<L extends { _id: unknown }>(
  letters: L[],
  work: (letter: L, isOver: IsOver) => Promise<boolean>,
  { log, sliceMs }: { log: Logger; sliceMs: number },
) {
  let areAllAtTheirEnd = true
  for (const letter of letters) {
    const until = performance.now() + sliceMs / letters.length
    const isAtItsEnd = await work(letter, () => performance.now() >= until).catch((error: unknown) => {
      log.error({ err: error, letterId: String(letter._id) }, 'letter not worked off')
      return true
    })
    areAllAtTheirEnd &&= isAtItsEnd
  }
  return areAllAtTheirEnd
}
