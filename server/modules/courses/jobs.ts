import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { publishDue } from './drafts/publishing/service.ts'
import { uncertified } from './exams/service.ts'
import { recountFamilies } from './recount/service.ts'
import { certify } from './service.ts'

const PUBLISH = 'courses.publishDue'
const CERTIFY = 'courses.certify'
const RECOUNT = 'courses.recount'
/** When nobody looks at figures. */
const NIGHTLY = '30 3 * * *'
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
  agenda.define(PUBLISH, () => publishDue(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  agenda.define(RECOUNT, recountFamilies, { concurrency: 1, lockLifetime: 60 * 60_000 })
  return {
    async start() {
      await agenda.every('1 minute', CERTIFY)
      await agenda.every('1 minute', PUBLISH)
      await agenda.every(NIGHTLY, RECOUNT, undefined, { timezone: 'Asia/Shanghai' })
    },
  }
}
