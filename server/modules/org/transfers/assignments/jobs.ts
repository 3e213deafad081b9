import type { Agenda } from 'agenda'
import type { Deps } from '../../../../infra/deps.ts'
import { filePath } from '../../roster/files/service.ts'
import { check, leaseCheck } from '../check/service.ts'
import { apply, LEASE_MS, leaseGroup } from './service.ts'

const WORK = 'transfers.work'

/** Looks lists through and moves who was confirmed, one after the other. The documents' status is the queue. */
export async function workThroughAssignments(deps: Pick<Deps, 'clock' | 'log' | 'env' | 'fields'>) {
  for (;;) {
    const now = deps.clock.now()
    const job = await leaseCheck(now, new Date(now.getTime() + LEASE_MS))
    const group = job ? null : await leaseGroup(now)
    if (!job && !group) return
    try {
      if (job) await check(job, filePath(String(job._id), deps), deps)
      else if (group) await apply(group, deps)
    } catch (error) {
      // It stays in its status; when the lease has run out, somebody goes on.
      deps.log.error({ err: error }, 'assignment did not finish')
      return
    }
  }
}

export function assignmentJobs(agenda: Agenda, deps: Deps) {
  agenda.define(WORK, () => workThroughAssignments(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('5 seconds', WORK) }
}
