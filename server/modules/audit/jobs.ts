import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { checkChain, keepCheck, sealWaiting } from './chain/service.ts'
import { breakInWords } from './chain/rules.ts'

const SEAL = 'audit.seal'
const CHECK = 'audit.check'

/** The nightly check: who waits for an auditor to look finds a broken chain years later. */
export async function checkNightly({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  const checked = await checkChain()
  await keepCheck(checked, clock.now())
  if (checked.broken) log.error({ where: breakInWords(checked.broken) }, 'the audit chain is broken')
}

export function auditJobs(agenda: Agenda, deps: Deps) {
  agenda.define(SEAL, () => sealWaiting(deps.clock.now(), deps.log), {
    concurrency: 1,
    lockLifetime: 60_000,
  })
  agenda.define(CHECK, () => checkNightly(deps), { concurrency: 1, lockLifetime: 60 * 60_000 })
  return {
    start: async () => {
      await agenda.every('5 seconds', SEAL)
      await agenda.every('30 3 * * *', CHECK, undefined, { timezone: 'Asia/Shanghai' })
    },
  }
}
