import type { Agenda } from 'agenda'
import type { Deps } from '../../../../infra/deps.ts'
import { isBehind, refreshAllKeys } from './service.ts'

const CATCH_UP = 'families.catchUp'
const REFRESH = 'families.refreshKeys'
/** When nobody searches. */
const NIGHTLY = '10 2 * * *'

/** Children that came in past the rooms are found a minute later. */
export async function catchUp(deps: Pick<Deps, 'fields'>) {
  if (await isBehind()) await refreshAllKeys(deps)
}

export function searchJobs(agenda: Agenda, deps: Deps) {
  agenda.define(CATCH_UP, () => catchUp(deps), { concurrency: 1, lockLifetime: 30 * 60_000 })
  agenda.define(REFRESH, () => refreshAllKeys(deps), { concurrency: 1, lockLifetime: 60 * 60_000 })
  return {
    async start() {
      await agenda.every('1 minute', CATCH_UP)
      await agenda.every(NIGHTLY, REFRESH, undefined, { timezone: 'Asia/Shanghai' })
    },
  }
}
