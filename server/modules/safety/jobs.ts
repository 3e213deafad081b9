import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { stopAsking } from './pictures/service.ts'
import { tellAgain } from './service.ts'

const HEED = 'safety.heed'

/** Every minute: is there a decision on which a room has not acted, or a picture of which WeChat says nothing? */
export function safetyJobs(agenda: Agenda, deps: Deps) {
  agenda.define(HEED, () => Promise.all([tellAgain(deps), stopAsking(deps.clock.now())]), {
    concurrency: 1,
    lockLifetime: 5 * 60_000,
  })
  return { start: () => agenda.every('1 minute', HEED) }
}
