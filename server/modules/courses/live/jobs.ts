import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { fetchRecordings } from './recording/service.ts'
import { workThrough } from './running/service.ts'

const TICK = 'live.tick'
const RECORDINGS = 'live.recordings'

export function liveJobs(agenda: Agenda, deps: Deps) {
  agenda.define(TICK, () => workThrough(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  // A recording of hours takes its time; its own lease keeps others away.
  agenda.define(RECORDINGS, () => fetchRecordings(deps), { concurrency: 1, lockLifetime: 40 * 60_000 })
  return {
    async start() {
      await agenda.every('1 minute', TICK)
      await agenda.every('15 seconds', RECORDINGS)
    },
  }
}
