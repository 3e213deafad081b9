import type { Agenda } from 'agenda'
import type { Clock } from '../../infra/clock.ts'
import type { Deps } from '../../infra/deps.ts'
import { followLateComers } from './latecomers/service.ts'
import { sweepPictures } from './pictures/service.ts'
import { climb } from './ladder/service.ts'
import { sendReminders } from './reminders/service.ts'
import { finishSending } from './sending/service.ts'
import { startDue } from './scheduling/service.ts'
import { tendThreads } from './threads/tending/service.ts'
import { freezeCopies } from './signatures/service.ts'
import { followPosts } from './staff/sending/service.ts'

const TICK = 'letters.tick'
/**
 * A killed worker's lock holds the next one up for so long, and with it every letter. Two ticks at once are harmless, so a long one may well
 * outlive its lock.
 */
const LOCK_MS = 20_000

export type TickDeps = Pick<Deps, 'log' | 'files' | 'fields'> & { clock: Clock }

/** Status and counters in the documents are the queue; the tick only asks what is due. A missed one loses nothing. */
export async function letterTick({ clock, log, files, fields }: TickDeps) {
  await startDue(clock.now())
  await finishSending(clock.now(), log)
  await followLateComers(clock.now(), log)
  await sendReminders(clock.now(), log)
  await followPosts(clock.now())
  await climb(clock.now(), log)
  await freezeCopies({ files, fields, log })
  await tendThreads(clock.now(), { files, log })
  await sweepPictures(clock.now(), { files })
}

export function letterJobs(agenda: Agenda, deps: TickDeps) {
  agenda.define(TICK, () => letterTick(deps), { concurrency: 1, lockLifetime: LOCK_MS })
  return { start: () => agenda.every('5 seconds', TICK) }
}
