import type { Agenda } from 'agenda'
import type { Deps } from '../../../../infra/deps.ts'
import { keepCounts } from './service.ts'

const COUNT = 'audiences.count'

export function audienceJobs(agenda: Agenda, { clock }: Deps) {
  agenda.define(COUNT, () => keepCounts(clock.now()), { concurrency: 1, lockLifetime: 10 * 60_000 })
  return { start: () => agenda.every('1 minute', COUNT) }
}
