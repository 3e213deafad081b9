import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { sealOldHands } from '../../letters/answers/sealing/service.ts'
import { sealOldSignatures } from '../../letters/signatures/service.ts'
import { resealAll } from './service.ts'

const RESEAL = 'privacy.reseal'

/**
 * At night: what older field keys have sealed is sealed with the newest, and what stood open from before it was sealed at all.
 */
export function sealingJobs(agenda: Agenda, deps: Deps) {
  agenda.define(
    RESEAL,
    async () => {
      const signatures = (await sealOldSignatures(deps)) + (await sealOldHands(deps))
      if (signatures > 0) deps.log.info({ signatures }, 'signatures that stood open')
      if (deps.env.FIELD_KEYS.length < 2) {
        const { renewed } = await deps.files.reseal()
        if (renewed > 0) deps.log.info({ renewed }, 'files that stood open')
        return
      }
      deps.log.info(await resealAll(deps), 'sealed anew: when `renewed` is 0, the older field keys can go')
    },
    { concurrency: 1, lockLifetime: 60 * 60_000 },
  )
  return { start: () => agenda.every('30 3 * * *', RESEAL, {}, { timezone: 'Asia/Shanghai' }) }
}
