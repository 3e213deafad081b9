import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { apply } from './apply/service.ts'
import { check } from './check/service.ts'
import { filePath } from './files/service.ts'
import { lease } from './service.ts'

const WORK = 'roster.work'

/** Checks and writes what waits, one import after the other. The document's status is the queue. */
export async function workThroughImports(deps: Pick<Deps, 'clock' | 'fields' | 'env' | 'log'>) {
  for (;;) {
    const job = await lease(deps.clock.now())
    if (!job) return
    const importId = String(job._id)
    try {
      if (job.status === 'applying') await apply(job, deps)
      else await check(job, filePath(importId, deps), deps)
    } catch (error) {
      // It stays in its status; when the lease has run out, somebody tries again.
      deps.log.error({ err: error, importId }, 'import did not finish')
      return
    }
  }
}

/** Agenda is the alarm clock; who has just put a file there asks for work at once with `workThroughImports`. */
export function rosterJobs(agenda: Agenda, deps: Deps) {
  agenda.define(WORK, () => workThroughImports(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('5 seconds', WORK) }
}
