import { SmsRefused, SmsUnreachable } from '../../../infra/sms/provider.ts'
import { dayInWords, shanghaiDay } from '../../../infra/clock.ts'
import { inWords } from '../../../infra/wechat/fit.ts'
import type { Part } from '../pacing/rules.ts'

/** The fields of the template the city has had approved: 您有${count}封信等您签收：${title}，请在${date}打开小程序。 */
export const FIELDS = ['count', 'title', 'date'] as const
/** Providers refuse longer values of a field. */
const MOST = 20
const HOUR = 3_600_000

/** What one text message says for everything that waits. Braces would be read as a field. */
export function paramsOf(parts: readonly Part[]) {
  const titles = new Map(parts.map((it) => [it.subject, inWords(it.values.title ?? '')]))
  const ends = parts.flatMap((it) => (it.values.deadline instanceof Date ? [it.values.deadline] : []))
  const [first] = ends.sort((a, b) => a.getTime() - b.getTime())
  const plain = (text: string) => {
    const clean = text.replace(/[${}【】\s]+/gu, ' ').trim()
    return clean.length > MOST ? `${clean.slice(0, MOST - 1)}…` : clean || '家长信'
  }
  const values = {
    count: String(titles.size),
    title: plain([...titles.values()].join('、')),
    date: first ? `${dayInWords(shanghaiDay(first))}前` : '近日',
  }
  return FIELDS.map((name) => ({ name, value: values[name] }))
}

export interface Money {
  priceFen: number
  dailyFen: number
  monthlyFen: number
}

/** How many text messages the money that is left pays for, of the day or, where that is less, of the month. */
export function paidFor(
  { priceFen, dailyFen, monthlyFen }: Money,
  spent: { todayFen: number; monthFen: number },
): { paid: number; of: 'day' | 'month' } {
  const [day, month] = [dailyFen - spent.todayFen, monthlyFen - spent.monthFen]
  const paid = Math.max(0, Math.floor(Math.min(day, month) / priceFen))
  return { paid, of: month < day ? 'month' : 'day' }
}

export type TextVerdict =
  | { is: 'failed'; code: string; number?: 'bad' | 'optedOut' }
  | { is: 'unknown' }
  | { is: 'later'; waitMs: number; code: string | null; stop: boolean }

/** What is to be made of a call that did not succeed. Nobody is texted twice to find out. */
export function verdictOn(error: unknown): TextVerdict {
  if (error instanceof SmsUnreachable) {
    return error.maybeReceived
      ? { is: 'unknown' }
      : { is: 'later', waitMs: HOUR / 12, code: null, stop: true }
  }
  if (!(error instanceof SmsRefused)) return { is: 'unknown' }
  const { blame, code } = error
  switch (blame) {
    case 'number':
      return { is: 'failed', code, number: 'bad' }
    case 'optedOut':
      return { is: 'failed', code, number: 'optedOut' }
    case 'busy':
      return { is: 'later', waitMs: HOUR / 12, code, stop: false }
    case 'balance':
      return { is: 'later', waitMs: HOUR, code, stop: true }
    case 'limit':
    case 'template':
    case 'other':
      return { is: 'failed', code }
  }
}

/** What a person writes back who wants no more of them. */
export const isOptOut = (reply: string) => /^\s*(T|TD|R|N|退订|拒收)\s*$/iu.test(reply)

/** GSM's “unknown subscriber” and the gateways' words for it (docs/decisions/0004-outbox.md names the lists). */
const NO_SUCH_NUMBER = ['MK:0001', 'DB:0101', 'CB:0001', 'CB:0053']
/** Off, out of reach, without credit or without an owner: the providers have one code for all of them. */
const NOT_ON_SERVICE = ['MOBILE_NOT_ON_SERVICE', 'INVALID_NUMBER', '002']

/** What a report of a failure says of the number. A code nobody knows says nothing of it. */
export function numberIn(code: string): 'none' | 'silent' | null {
  const said = code.trim().toUpperCase()
  if (NO_SUCH_NUMBER.includes(said)) return 'none'
  return NOT_ON_SERVICE.includes(said) ? 'silent' : null
}

/** A phone that is switched off is on again some day: so many text messages in a row, each on a day of its own, say that it is not. */
export const SILENT_DAYS = 3
