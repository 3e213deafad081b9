import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { freezeIfMissing, unfrozen } from './copies/service.ts'
import * as printing from './printing/service.ts'
import { remindOfExpiry } from './expiry/service.ts'

const FREEZE = 'certificates.freeze'
const PRINT = 'certificates.print'
const REMIND = 'certificates.remind'
/** Before people look at their phones, outside the quiet hours. */
const MORNING = '30 8 * * *'
const BATCH = 100

/** Makes the copies of certificates that have none, because a process died or a disk was full when they were issued. */
export async function freezeMissing(deps: Pick<Deps, 'files' | 'env' | 'log'>) {
  for (;;) {
    const batch = await unfrozen(BATCH)
    let made = 0
    for (const certificate of batch) made += (await freezeIfMissing(certificate, deps)) ? 1 : 0
    // What cannot be drawn stays first in the list; the next tick tries it again.
    if (made === 0 || batch.length < BATCH) return
  }
}

export function certificateJobs(agenda: Agenda, deps: Deps) {
  agenda.define(FREEZE, () => freezeMissing(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  agenda.define(REMIND, () => remindOfExpiry(deps), { concurrency: 1, lockLifetime: 60 * 60_000 })
  agenda.define(
    PRINT,
    async () => {
      await printing.workThrough(deps)
      await printing.forgetOld(deps)
    },
    { concurrency: 1, lockLifetime: 10 * 60_000 },
  )
  return {
    async start() {
      await agenda.every('1 minute', PRINT)
      await agenda.every('1 minute', FREEZE)
      await agenda.every(MORNING, REMIND, undefined, { timezone: 'Asia/Shanghai' })
    },
  }
}
