import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { publishDue } from './drafts/publishing/service.ts'
import { recountFamilies } from './recount/service.ts'
import { certifyPassed } from './certifying/service.ts'

const PUBLISH = 'courses.publishDue'
const CERTIFY = 'courses.certify'
const RECOUNT = 'courses.recount'
/** When nobody looks at figures. */
const NIGHTLY = '30 3 * * *'

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
