import type { Agenda } from 'agenda'
import type { Deps } from '../../../../infra/deps.ts'
import { sealIdNumbers, sealNotedNumbers } from './service.ts'

const SEAL = 'families.sealIdNumbers'
/** Before the night's other work: what it has sealed is found by what it is looked up by now. */
const NIGHTLY = '50 1 * * *'

/** Once as the worker starts, and at night: ID numbers that stand in clear as 学号, from older lists or past the rooms. */
export function idNumberJobs(agenda: Agenda, deps: Deps) {
  agenda.define(
    SEAL,
    async () => {
      const sealed = (await sealIdNumbers(null, deps)) + (await sealNotedNumbers(deps))
      if (sealed > 0) deps.log.info({ sealed }, 'ID numbers that stood in clear')
    },
    { concurrency: 1, lockLifetime: 60 * 60_000 },
  )
  return {
    async start() {
      await agenda.every(NIGHTLY, SEAL, undefined, { timezone: 'Asia/Shanghai' })
      await agenda.now(SEAL)
    },
  }
}
