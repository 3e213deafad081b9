import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { closeDue } from './service.ts'

const CLOSE = 'privacy.close'

/** Every ten minutes: which accounts are due to be closed? */
export function closingJobs(agenda: Agenda, deps: Deps) {
  agenda.define(CLOSE, () => closeDue(deps), { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('10 minutes', CLOSE) }
}
