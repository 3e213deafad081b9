import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { tendTransfers } from './waiting/service.ts'

const TEND = 'transfers.tend'

export function transferJobs(agenda: Agenda, deps: Deps) {
  agenda.define(TEND, () => tendTransfers(deps), { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('10 minutes', TEND) }
}
