import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { tendWaiting } from './waiting/service.ts'

const TEND = 'joins.tend'

export function joinJobs(agenda: Agenda, deps: Deps) {
  agenda.define(TEND, () => tendWaiting(deps), { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('10 minutes', TEND) }
}
