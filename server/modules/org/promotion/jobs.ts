import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { apply } from './apply/service.ts'
import { lease } from './service.ts'
import { tellMoved } from './telling/service.ts'
import { undo } from './undo/service.ts'

const WORK = 'promotion.work'

/** Carries out and turns back what waits, one promotion after the other. The document's status is the queue. */
export async function workThroughPromotions(deps: Pick<Deps, 'clock' | 'log' | 'fields'>) {
  for (;;) {
    const job = await lease(deps.clock.now())
    if (!job) break
    try {
      await (job.status === 'undoing' ? undo(job, deps) : apply(job, deps))
    } catch (error) {
      // It stays in its status; when the lease has run out, somebody goes on.
      deps.log.error({ err: error, promotionId: String(job._id) }, 'promotion did not finish')
      return
    }
  }
  await tellMoved(deps)
}

export function promotionJobs(agenda: Agenda, deps: Deps) {
  agenda.define(WORK, () => workThroughPromotions(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('5 seconds', WORK) }
}
