import { describe, reportFailure } from '../failures.ts'
import type { Router } from '../router.ts'

/** What the wx.* functions need of the phone. */
export interface Phone {
  router: Router
  launch: object
}

export interface Callbacks {
  success?: (answer: never) => void
  fail?: (error: { errMsg: string }) => void
  complete?: (answer: never) => void
}

/** A refusal that WeChat would give too: `fail` gets it, nobody is alarmed. */
export class Refused extends Error {}

/**
 * One asynchronous wx.* function: with callbacks it calls them, without any it returns a promise. `run` starts at
 * once, as wx.navigateTo does.
 */
export function api<O extends object, R extends object | void>(
  name: string,
  run: (options: O) => R | Promise<R>,
) {
  return (options?: O & Callbacks) => {
    const given = (options ?? {}) as O & Callbacks
    const work = new Promise<R>((resolve) => resolve(run(given))).then(
      (answer) => ({ errMsg: `${name}:ok`, ...answer }),
      (reason: unknown) => {
        if (!(reason instanceof Refused)) reportFailure(`wx.${name}: ${describe(reason)}`)
        const message = reason instanceof Error ? reason.message : String(reason)
        throw Object.assign(new Error(message), { errMsg: `${name}:fail ${message}` })
      },
    )
    if (!given.success && !given.fail && !given.complete) return work
    work.then(
      (answer) => {
        given.success?.(answer as never)
        given.complete?.(answer as never)
      },
      (error: Error & { errMsg: string }) => {
        given.fail?.({ errMsg: error.errMsg })
        given.complete?.({ errMsg: error.errMsg } as never)
      },
    )
    return undefined
  }
}

/** A name that only has to be there. */
export const nothing = (name: string) => api(name, () => {})

/** on…/off… pairs of one kind of news. */
export function news<T>() {
  const listeners = new Set<(it: T) => void>()
  return {
    on: (listener: (it: T) => void) => void listeners.add(listener),
    off: (listener?: (it: T) => void) => (listener ? void listeners.delete(listener) : listeners.clear()),
    tell: (it: T) => listeners.forEach((listener) => listener(it)),
  }
}
