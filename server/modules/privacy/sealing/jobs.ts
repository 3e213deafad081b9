import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { resealAll } from './service.ts'

const RESEAL = 'privacy.reseal'

/** At night, while FIELD_KEYS names more than one key: what the older ones have sealed is sealed with the newest. */
export function sealingJobs(agenda: Agenda, deps: Deps) {
  agenda.define(
    RESEAL,
    async () => {
      if (deps.env.FIELD_KEYS.length < 2) return
      deps.log.info(await resealAll(deps), 'sealed anew: when `renewed` is 0, the older field keys can go')
    },
    { concurrency: 1, lockLifetime: 60 * 60_000 },
  )
  return { start: () => agenda.every('30 3 * * *', RESEAL, {}, { timezone: 'Asia/Shanghai' }) }
}
