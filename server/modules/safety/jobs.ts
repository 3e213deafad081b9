import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { tellAgain } from './service.ts'

const HEED = 'safety.heed'

/** Every minute: is there a decision on which a room has not acted? */
export function safetyJobs(agenda: Agenda, deps: Deps) {
  agenda.define(HEED, () => tellAgain(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('1 minute', HEED) }
}
