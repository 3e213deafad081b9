import type { Agenda, Job } from 'agenda'
import { renewing } from '../../infra/agenda.ts'
import type { Clock } from '../../infra/clock.ts'
import type { Deps } from '../../infra/deps.ts'
import { followLateComers } from './latecomers/service.ts'
import { sweepPictures } from './pictures/service.ts'
import { tellForwards } from './forwards/fates/service.ts'
import { climb } from './ladder/service.ts'
import { sendReminders } from './reminders/service.ts'
import { finishSending } from './sending/slices/service.ts'
import { startDue } from './scheduling/service.ts'
import { keepAwayNewcomers } from './threads/seating/service.ts'
import { tendThreads } from './threads/tending/service.ts'
import { freezeCopies } from './signatures/service.ts'
import { sweepStaffFiles } from './staff/files/service.ts'
import { recountDue } from './unreached/recounting/service.ts'
import { remindStaffDue } from './staff/reminders/service.ts'
import { followPosts } from './staff/sending/service.ts'

const TICK = 'letters.tick'
const KEEP_AWAY = 'letters.keepAway'
/** A killed worker's lock holds the next one up for so long, and with it every letter; a living one renews it. */
const LOCK_MS = 20_000

export type TickDeps = Pick<Deps, 'log' | 'files' | 'fields' | 'env'> & {
  clock: Clock
  /** What letters under way may take before the rest is looked after. */
  sliceMs?: number
  /** Says that this tick is alive. */
  touch?: () => Promise<void>
}

/**
 * Status and counters in the documents are the queue; the tick only asks what is due. A missed one loses nothing. What goes to many, letters,
 * reminders and the children of a promotion alike, goes on in slices, and between two of them everything else is looked after.
 */
export async function letterTick(deps: TickDeps, isStopped = () => false) {
  const { clock, log, env, files, fields, sliceMs, touch } = deps
  let isAllDone = false
  let remindedUpTo: string | null = null
  while (!isAllDone && !isStopped()) {
    await startDue(clock.now(), log, { files })
    const areLettersSent = await finishSending(clock.now(), log, sliceMs)
    await touch?.()
    const areFollowed = await followLateComers(clock.now(), log, sliceMs)
    await touch?.()
    remindedUpTo = await sendReminders(clock.now(), log, { after: remindedUpTo ?? '', ...slice(sliceMs) })
    await touch?.()
    await remindStaffDue(clock.now(), log)
    await followPosts(clock.now())
    await tellForwards(clock.now())
    const areStepsTaken = await climb(clock.now(), log, sliceMs)
    await touch?.()
    const areCounted = await recountDue(clock.now(), { env, log }, sliceMs)
    await touch?.()
    await freezeCopies({ files, fields, log })
    await tendThreads(clock.now(), { files, log })
    await sweepPictures(clock.now(), { files })
    await sweepStaffFiles(clock.now(), { files })
    await touch?.()
    isAllDone = areLettersSent && areFollowed && areStepsTaken && areCounted && remindedUpTo === null
  }
}

const slice = (sliceMs: number | undefined) => (sliceMs === undefined ? {} : { sliceMs })

export function letterJobs(agenda: Agenda, deps: TickDeps) {
  let isStopped = false
  const work = (job: Job) => letterTick({ ...deps, touch: renewing(job, LOCK_MS) }, () => isStopped)
  agenda.define(TICK, work, { concurrency: 1, lockLifetime: LOCK_MS })
  agenda.define(KEEP_AWAY, () => keepAwayNewcomers(deps.clock.now()), {
    concurrency: 1,
    lockLifetime: 5 * 60_000,
  })
  return {
    start: () => Promise.all([agenda.every('5 seconds', TICK), agenda.every('1 minute', KEEP_AWAY)]),
    /** What goes to a whole city stops between two slices; the next worker goes on from there. */
    async stop() {
      isStopped = true
    },
  }
}
