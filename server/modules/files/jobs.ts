import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { lease, work } from './processing/service.ts'
import { sweepUploads } from './uploads/service.ts'

const WORK = 'files.work'
const SWEEP = 'files.sweep'

type Tools = Pick<Deps, 'env' | 'clock' | 'log'>

/** Works through what waits, one file after the other, until nothing waits or it is called off. */
export async function workThroughAssets(deps: Tools, calledOff?: AbortSignal) {
  for (;;) {
    const asset = calledOff?.aborted ? null : await lease(deps.clock.now())
    if (!asset) return
    await work(asset, deps, calledOff)
  }
}

/** One file at a time in each worker. A film takes longer than the scheduler's locks, so the tick only begins the work. */
export function fileJobs(agenda: Agenda, deps: Deps) {
  const leaving = new AbortController()
  let working: Promise<void> | null = null
  agenda.define(WORK, async () => {
    working ??= workThroughAssets(deps, leaving.signal)
      .catch((error: unknown) => deps.log.error({ err: error }, 'file work'))
      .finally(() => (working = null))
  })
  agenda.define(SWEEP, () => sweepUploads(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return {
    async start() {
      await agenda.every('3 seconds', WORK)
      await agenda.every('1 minute', SWEEP)
    },
    async stop() {
      leaving.abort()
      await working
    },
  }
}
