import type { ReminderStep } from '#contract/reminding'
import { shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'

/** What a letter does where its author has not chosen otherwise. */
export const USUAL_STEPS: readonly ReminderStep[] = ['after2', 'before1', 'onDay']

/** People look at their phones before the day begins; quiet hours are over. */
const HOUR = '08:00'
const DAY_MS = 86_400_000

/** Reminders are written so long before they are due: a letter to a city takes its time. */
export const LEAD_MS = 2 * 3_600_000
/** A worker that was away so long does not make up for it: the step would come at an odd hour. */
export const TOO_OLD_MS = 12 * 3_600_000

const AFTER: Partial<Record<ReminderStep, number>> = { after1: 1, after2: 2, after4: 4, after7: 7 }
const BEFORE: Partial<Record<ReminderStep, number>> = { before3: 3, before1: 1, onDay: 0 }

const plusDays = (day: string, days: number) =>
  shanghaiDay(new Date(shanghaiInstant(day, '12:00').getTime() + days * DAY_MS))

export interface Rung {
  step: ReminderStep
  at: Date
}

/**
 * The days on which a letter reminds of itself: after its sending, never after its last day, and never twice on one day,
 * where the day that is counted from the end keeps its name.
 */
export function rungsOf(
  steps: readonly ReminderStep[],
  { sentAt, dueOn }: { sentAt: Date; dueOn?: string | null | undefined },
): Rung[] {
  const dayOf = (step: ReminderStep) => {
    const after = AFTER[step]
    if (after !== undefined) return plusDays(shanghaiDay(sentAt), after)
    return dueOn ? plusDays(dueOn, -(BEFORE[step] ?? 0)) : null
  }
  const days = new Map<string, ReminderStep>()
  for (const step of [...steps].sort((a, b) => Number(a in BEFORE) - Number(b in BEFORE))) {
    const day = dayOf(step)
    if (day && day > shanghaiDay(sentAt) && !(dueOn && day > dueOn)) days.set(day, step)
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, step]) => ({ step, at: shanghaiInstant(day, HOUR) }))
}

/** The next step that has not been taken, and when it is due. */
export const nextOf = <R extends { doneAt?: Date | null | undefined }>(rungs: readonly R[]): R | null =>
  rungs.find((it) => !it.doneAt) ?? null

/** What a letter plans at the moment it goes out. */
export function planned(letter: {
  sentAt: Date
  dueOn?: string | null | undefined
  remindOn?: readonly string[] | null | undefined
}) {
  const rungs = rungsOf((letter.remindOn as ReminderStep[] | null | undefined) ?? USUAL_STEPS, letter)
  return { rungs, nextRungAt: rungs[0]?.at ?? null }
}
