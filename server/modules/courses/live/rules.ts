import { type Beat, credit, type Ledger } from '../watch/rules.ts'

/** Who was there for two thirds of the class attended it: a train, a call and a crying child fit into the rest. */
export const ATTENDED_SHARE = 2 / 3
/** Longer than a class may be with everything it runs over. */
export const MOST_SECONDS = 4 * 3_600
/** A class may begin so long before its time. */
export const EARLY_MS = 30 * 60_000
/** What played before the first beat arrived, as in a lesson. */
const TOLERANCE_SECONDS = 3

/** Seconds somebody has to be there. A class that ended early asks for its own length, one that ran over for what was planned. */
export const neededSeconds = (minutes: number, heldSeconds: number | null) =>
  Math.ceil(Math.min(minutes * 60, heldSeconds ?? minutes * 60) * ATTENDED_SHARE)

/**
 * Presence in a live class: the same ledger as a lesson's, one bit for each second since it began. What a phone reports are only
 * the seconds it played since the last beat, and they are the seconds right before now on the server's clock: what has not happened
 * yet, or lies further back than the last beat, cannot be claimed at all.
 */
export function present(ledger: Ledger, played: number, startedAt: Date, now: Date) {
  const at = Math.floor((now.getTime() - startedAt.getTime()) / 1000)
  const since = ledger.lastBeatAt ? Math.ceil((now.getTime() - ledger.lastBeatAt.getTime()) / 1000) : 0
  const reach = Math.max(0, Math.min(played, since + TOLERANCE_SECONDS))
  const beat: Beat = { ranges: [{ from: Math.max(0, at - reach), to: at }], position: at }
  return credit(ledger, beat, MOST_SECONDS, now).ledger
}

/** Whether a child's grade is among those a class is for; none named means all. */
export const isForGrade = (grades: readonly number[], grade: number | null | undefined) =>
  grades.length === 0 || (grade != null && grades.includes(grade))
