import type { PlannedStep, ReminderRound, ReminderStep } from '#contract/reminding'
import type { SentStatus } from '#contract/notify'
import { FIRST } from '../sending/rules.ts'
import type { LetterRecord } from '../model.ts'

export interface Outcome {
  rung: string
  status: SentStatus
  count: number
  isTexted?: boolean | null
}

const NONE: ReminderRound = { people: 0, sent: 0, texted: 0, waiting: 0, spared: 0, missed: 0 }

/** Where each status is counted. What may have arrived and nobody knows is counted as missed: nobody should rely on it. */
const COLUMN: Record<SentStatus, keyof ReminderRound> = {
  sent: 'sent',
  pending: 'waiting',
  sending: 'waiting',
  withdrawn: 'spared',
  failed: 'missed',
  unreachable: 'missed',
  unknown: 'missed',
}

export const presentRound = (outcomes: readonly Outcome[]): ReminderRound =>
  outcomes.reduce((sum, { status, count, isTexted }) => {
    const column = isTexted && COLUMN[status] === 'missed' ? 'texted' : COLUMN[status]
    return { ...sum, people: sum.people + count, [column]: sum[column] + count }
  }, NONE)

export function presentSteps({ rungs }: LetterRecord, outcomes: readonly Outcome[]): PlannedStep[] {
  return (rungs ?? []).map((it) => {
    const outcome = it.doneAt ? presentRound(outcomes.filter(({ rung }) => rung === it.step)) : null
    const state = it.doneAt ? (outcome && outcome.people > 0 ? 'done' : 'skipped') : 'coming'
    return { step: it.step as ReminderStep, at: it.at.toISOString(), state, outcome }
  })
}

export function presentFirst(outcomes: readonly Outcome[]) {
  const first = outcomes.filter((it) => it.rung === FIRST)
  return first.length > 0 ? presentRound(first) : null
}

/** Rounds that somebody asked for, in their order: `m1`, `m2`. Classes are reminded each in their own rounds. */
export function presentByHand(outcomes: readonly Outcome[]) {
  const rounds = [...new Set(outcomes.flatMap(({ rung }) => /^m(\d+)$/.exec(rung)?.[1] ?? []))].map(Number)
  return rounds
    .sort((a, b) => a - b)
    .map((round) => ({ round, outcome: presentRound(outcomes.filter((it) => it.rung === `m${round}`)) }))
}
