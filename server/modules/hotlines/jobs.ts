import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { remindOfCheck } from './checking/service.ts'

const TICK = 'hotlines.tick'

export function hotlineJobs(agenda: Agenda, { clock, log }: Deps) {
  agenda.define(TICK, () => remindOfCheck(clock.now(), log), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('1 hour', TICK) }
}
