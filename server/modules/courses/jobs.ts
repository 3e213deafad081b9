import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { uncertified } from './exams/service.ts'
import { certify } from './service.ts'

const CERTIFY = 'courses.certify'
const BATCH = 100

/** Issues what was passed and not certified, because a process died between the two. The attempt itself is the queue. */
export async function certifyPassed(deps: Pick<Deps, 'clock' | 'files' | 'env' | 'log'>) {
  for (const attempt of await uncertified(BATCH)) {
    try {
      await certify(attempt, deps)
    } catch (error) {
      // One that cannot be issued must not hold up the others.
      deps.log.error({ err: error, attemptId: String(attempt._id) }, 'certificate not issued')
    }
  }
}

export function courseJobs(agenda: Agenda, deps: Deps) {
  agenda.define(CERTIFY, () => certifyPassed(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('1 minute', CERTIFY) }
}
