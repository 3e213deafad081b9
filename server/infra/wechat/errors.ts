/** WeChat answered, and the answer is an error code. Nothing was done on its side. */
export class WeChatError extends Error {
  readonly api: string
  readonly errcode: number
  readonly errmsg: string
  /** WeChat's own request id; its support asks for it. */
  readonly rid: string | null

  constructor(api: string, errcode: number, errmsg: string) {
    super(`WeChat ${api} answered ${errcode}: ${errmsg}`)
    this.name = 'WeChatError'
    this.api = api
    this.errcode = errcode
    this.errmsg = errmsg
    this.rid = /rid:\s*([\w-]+)/.exec(errmsg)?.[1] ?? null
  }
}

/** WeChat gave no answer that can be read: no connection, a timeout, a broken gateway. */
export class WeChatUnreachable extends Error {
  readonly api: string
  /** True when the request may have arrived all the same, so that repeating it could do the thing twice. */
  readonly maybeReceived: boolean

  constructor(api: string, why: string, maybeReceived: boolean) {
    super(`WeChat ${api} not reached: ${why}`)
    this.name = 'WeChatUnreachable'
    this.api = api
    this.maybeReceived = maybeReceived
  }
}

/** The codes that somebody decides on; all others are only reported. */
export const ERR = {
  busy: -1,
  badToken: [40001, 40014, 42001],
  badOpenId: 40003,
  badCode: 40029,
  badTemplate: 40037,
  usedCode: 40163,
  unlistedIp: 40164,
  blockedPerson: 40226,
  unreleasedPage: 41030,
  noConsent: 43101,
  concurrentForPerson: 43108,
  dayQuota: 45009,
  minuteQuota: 45011,
  badValue: 47003,
  notPermitted: 48001,
} as const
