import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { walkCities } from './walking/service.ts'

const TICK = 'calendar.tick'

/** Mostly finds that the day's walk is done; a change of the calendar lets it begin anew. */
export const calendarTick = ({ clock, log }: Pick<Deps, 'clock' | 'log'>) => walkCities(clock.now(), log)

export function calendarJobs(agenda: Agenda, deps: Deps) {
  agenda.define(TICK, () => calendarTick(deps), { concurrency: 1, lockLifetime: 15 * 60_000 })
  return { start: () => agenda.every('5 minutes', TICK) }
}
