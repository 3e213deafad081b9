import type { Agenda, Job } from 'agenda'
import { renewing } from '../../infra/agenda.ts'
import type { Deps } from '../../infra/deps.ts'
import { openIdsOf } from '../accounts/service.ts'
import type { DispatchDeps } from './dispatch/rules.ts'
import { dispatchDue } from './dispatch/service.ts'
import { readTemplates } from './rules.ts'
import { offArrival, onArrival } from './service.ts'
import { textDue } from './texting/service.ts'

const DISPATCH = 'notify.dispatch'
const TEXTS = 'notify.texts'
/**
 * So long, and the few seconds until the next look, nobody texts after a worker was killed. Longer than the half minute for which what the
 * killed one had open in the database holds up a living one, which cannot renew its lock meanwhile.
 */
export const TEXT_LOCK_MS = 45_000
/** Shorter than the lock: whoever finds it free may begin at once. */
export const TEXT_EVERY_MS = 15_000

/** A transaction that put something into the outbox has ended by then. */
const KICK_AFTER_MS = 150

/** What the rooms whose messages these are know of them. */
type Rooms = Pick<DispatchDeps, 'unwanted'>

/** The outbox itself is the queue; the tick only asks it what is due. Without a tick nothing is lost, only late. */
export function notifyJobs(
  agenda: Agenda,
  { clock, log, wechat, env, sms, fields }: Deps,
  { unwanted }: Rooms = {},
  { textLockMs = TEXT_LOCK_MS, textEveryMs = TEXT_EVERY_MS } = {},
) {
  const templates = readTemplates(env.WX_TEMPLATES)
  const dispatcher = createDispatcher({ clock, log, wechat, templates, addressesOf: openIdsOf, unwanted })
  agenda.define(DISPATCH, () => dispatcher.run(), { concurrency: 1, lockLifetime: 60_000 })
  let isStopped = false
  const text = async (job: Job) => {
    const touch = renewing(job, textLockMs)
    if (sms) await textDue({ clock, log, fields, sms, unwanted, touch }, () => isStopped)
  }
  agenda.define(TEXTS, text, { concurrency: 1, lockLifetime: textLockMs })

  return {
    async start() {
      onArrival(dispatcher.kick)
      await agenda.every('15 seconds', DISPATCH)
      await agenda.every(textEveryMs, TEXTS)
      // A process that was killed holds the tick's lock for a minute; what it left behind need not wait for that.
      dispatcher.kick()
    },
    async stop() {
      isStopped = true
      offArrival(dispatcher.kick)
      await dispatcher.stop()
    },
  }
}

/** Runs one dispatch at a time in this process; a run that is asked for meanwhile follows at once. */
export function createDispatcher(deps: DispatchDeps) {
  let running: Promise<void> | null = null
  let isAskedAgain = false
  let isStopped = false
  let kicked: NodeJS.Timeout | null = null

  return { run, kick, stop }

  function run(): Promise<void> {
    if (running) {
      isAskedAgain = true
      return running
    }
    running = work().finally(() => {
      running = null
    })
    return running
  }

  async function work() {
    do {
      isAskedAgain = false
      await dispatchDue(deps, () => isStopped)
    } while (isAskedAgain && !isStopped)
  }

  /** Soon, so that a person who has just booked a call hears of it at once. */
  function kick() {
    if (isStopped || kicked) return
    kicked = setTimeout(() => {
      kicked = null
      run().catch((error: unknown) => deps.log.error({ err: error }, 'dispatch failed'))
    }, KICK_AFTER_MS)
    kicked.unref()
  }

  /** Lets what is being sent finish and takes up nothing new. */
  async function stop() {
    isStopped = true
    if (kicked) clearTimeout(kicked)
    await running
  }
}
