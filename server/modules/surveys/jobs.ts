import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { workThrough } from './running/service.ts'

const TICK = 'surveys.tick'

export function surveyJobs(agenda: Agenda, { clock }: Pick<Deps, 'clock'>) {
  agenda.define(TICK, () => workThrough(clock.now()), { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('1 minute', TICK) }
}
