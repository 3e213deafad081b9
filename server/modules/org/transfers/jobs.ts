import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { tendGroups } from './assignments/waiting/service.ts'
import { tendTransfers } from './waiting/service.ts'

const TEND = 'transfers.tend'

export function transferJobs(agenda: Agenda, deps: Deps) {
  const tend = async () => {
    await tendTransfers(deps)
    await tendGroups(deps)
  }
  agenda.define(TEND, tend, { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('10 minutes', TEND) }
}
