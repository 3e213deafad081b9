import type { Agenda } from 'agenda'
import type { Deps } from '../../infra/deps.ts'
import { freezeIfMissing, unfrozen } from './copies/service.ts'

const FREEZE = 'certificates.freeze'
const BATCH = 100

/** Makes the copies of certificates that have none, because a process died or a disk was full when they were issued. */
export async function freezeMissing(deps: Pick<Deps, 'files' | 'env' | 'log'>) {
  for (const certificate of await unfrozen(BATCH)) await freezeIfMissing(certificate, deps)
}

export function certificateJobs(agenda: Agenda, deps: Deps) {
  agenda.define(FREEZE, () => freezeMissing(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return { start: () => agenda.every('1 minute', FREEZE) }
}
