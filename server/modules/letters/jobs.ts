import type { Agenda } from 'agenda'
import type { Clock } from '../../infra/clock.ts'
import type { Deps } from '../../infra/deps.ts'
import { followLateComers } from './latecomers/service.ts'
import { sweepPictures } from './pictures/service.ts'
import { climb } from './ladder/service.ts'
import { sendReminders } from './reminders/service.ts'
import { finishSending } from './sending/slices/service.ts'
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

export type TickDeps = Pick<Deps, 'log' | 'files' | 'fields'> & {
  clock: Clock
  /** What letters under way may take before the rest is looked after. */
  sliceMs?: number
}

/**
 * Status and counters in the documents are the queue; the tick only asks what is due. A missed one loses nothing. Letters to many go out in
 * slices, as do the children of a promotion, and between two of them reminders, threads and the rest are looked after.
 */
export async function letterTick({ clock, log, files, fields, sliceMs }: TickDeps, isStopped = () => false) {
  let isAtItsEnd = false
  while (!isAtItsEnd && !isStopped()) {
    await startDue(clock.now())
    const isAllSent = await finishSending(clock.now(), log, sliceMs)
    isAtItsEnd = (await followLateComers(clock.now(), log, sliceMs)) && isAllSent
    await sendReminders(clock.now(), log)
    await followPosts(clock.now())
    await climb(clock.now(), log)
    await freezeCopies({ files, fields, log })
    await tendThreads(clock.now(), { files, log })
    await sweepPictures(clock.now(), { files })
  }
}

export function letterJobs(agenda: Agenda, deps: TickDeps) {
  let isStopped = false
  const work = () => letterTick(deps, () => isStopped)
  agenda.define(TICK, work, { concurrency: 1, lockLifetime: LOCK_MS })
  return {
    start: () => agenda.every('5 seconds', TICK),
    /** What goes to a whole city stops between two slices; the next worker goes on from there. */
    async stop() {
      isStopped = true
    },
  }
}
