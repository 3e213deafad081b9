/** How often something may be tried, and in how many seconds. */
export const LIMITS = {
  /** Ten wrong guesses an account and quarter of an hour, for devices that never signed in before (S8). */
  account: { points: 10, seconds: 15 * 60 },
  /** Guesses from one address on whatever accounts. A school shares one address, so it is wide. */
  address: { points: 60, seconds: 15 * 60 },
  /** Codes to scan, drawn from one address: each costs WeChat's minute quota something. */
  scans: { points: 60, seconds: 15 * 60 },
  /** One code lives three minutes and is asked after every two seconds. */
  polls: { points: 150, seconds: 3 * 60 },
  /** Refusals of WeChat's codes that are written into the log for one address; the rest only answer. */
  noted: { points: 60, seconds: 15 * 60 },
  /** Codes of activities a parent types: six digits are soon tried through. */
  checkIns: { points: 20, seconds: 15 * 60 },
} as const

export type Limit = keyof typeof LIMITS
