import type { Logger } from 'pino'
import type { Clock } from '../../../infra/clock.ts'
import type { WechatClient } from '../../../infra/wechat/client.ts'
import { ERR, WeChatError, WeChatUnreachable } from '../../../infra/wechat/errors.ts'
import type { OutboxRecord } from '../model.ts'
import type { Reason, Templates } from '../rules.ts'

export interface DispatchDeps {
  clock: Clock
  log: Logger
  wechat: Pick<WechatClient, 'sendSubscribeMessage'>
  templates: Templates
  /** WeChat identities of some people; those without one are missing. */
  addressesOf: (personIds: string[]) => Promise<Map<string, string>>
  /** Of messages about to go, those that are pointless by now, and why. Asked last, so that it is true when it goes. */
  unwanted?: Unwanted | undefined
}
/** `spareReaders`: who has read it knows of it, and is not written to again. */
export type Unwanted = (
  messages: OutboxRecord[],
  also?: { spareReaders: boolean },
) => Promise<Map<string, Pointless>>
export type Pointless = 'notNeeded' | 'notTheirs'

/** What is to be made of one attempt. `consent` says what became of the person's permission for one message. */
export type Verdict =
  | { status: 'failed' | 'unreachable' | 'unknown'; reason: Reason; errcode: number | null; consent: Consent }
  | { status: 'pending'; waitMs: number; errcode: number | null; consent: 'kept' }
type Consent = 'used' | 'kept' | 'gone'

const MOST_ATTEMPTS = 10
const SECOND = 1_000
const MINUTE = 60_000

/** How long to wait where WeChat asks for it, by its code. */
const WAITS: Record<number, number> = {
  [ERR.concurrentForPerson]: 2 * SECOND,
  [ERR.minuteQuota]: MINUTE,
  [ERR.dayQuota]: 60 * MINUTE,
}

/** WeChat is not itself, or we are not set up: worth trying later, each time a little later. */
const PASSING: readonly number[] = [ERR.busy, ERR.unlistedIp, ...ERR.badToken]

/** Reads a failed attempt. `luck` in [0, 1) spreads the repeats of many messages. */
export function verdictOn(error: unknown, attempts: number, luck: number): Verdict {
  if (error instanceof WeChatUnreachable) {
    // A message that may have arrived is never sent again: at most once.
    if (error.maybeReceived) return { status: 'unknown', reason: 'lost', errcode: null, consent: 'used' }
    return later(null, backOff(attempts), attempts, luck)
  }
  if (!(error instanceof WeChatError))
    return { status: 'unknown', reason: 'lost', errcode: null, consent: 'used' }

  const { errcode } = error
  const wait = WAITS[errcode] ?? (PASSING.includes(errcode) ? backOff(attempts) : null)
  if (wait !== null) return later(errcode, wait, attempts, luck)
  switch (errcode) {
    case ERR.noConsent:
      return { status: 'unreachable', reason: 'noConsent', errcode, consent: 'gone' }
    case ERR.badOpenId:
      return { status: 'unreachable', reason: 'noAddress', errcode, consent: 'gone' }
    case ERR.badValue:
      return { status: 'failed', reason: 'badValue', errcode, consent: 'kept' }
    default:
      return { status: 'failed', reason: 'refused', errcode, consent: 'kept' }
  }
}

function later(errcode: number | null, waitMs: number, attempts: number, luck: number): Verdict {
  if (attempts >= MOST_ATTEMPTS) return { status: 'failed', reason: 'gaveUp', errcode, consent: 'kept' }
  return { status: 'pending', waitMs: Math.round(waitMs * (1 + luck / 2)), errcode, consent: 'kept' }
}

/** Half a minute, doubled each time, half an hour at most. */
const backOff = (attempts: number) => Math.min(15 * SECOND * 2 ** attempts, 30 * MINUTE)
