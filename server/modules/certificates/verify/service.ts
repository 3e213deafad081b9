import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../../../http/errors.ts'

/** A school office checks a pile of papers; nobody reads a hundred numbers in a minute by hand. */
const CHECKS = { points: 60, duration: 60 }

const limits = new WeakMap<Redis, RateLimiterRedis>()

/** Counts a check against an address. Without Redis the count goes on in this process's memory: checking stays possible. */
export async function countCheck(ip: string, redis: Redis) {
  const limit = limits.get(redis) ?? open(redis)
  try {
    await limit.consume(ip)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    const seconds = Math.ceil(error.msBeforeNext / 1000)
    throw new Refusal('too_many', '查验得太频繁了，请一分钟后再试', seconds)
  }
}

function open(redis: Redis) {
  const limit = new RateLimiterRedis({
    ...CHECKS,
    storeClient: redis,
    keyPrefix: 'verify',
    insuranceLimiter: new RateLimiterMemory({ ...CHECKS, keyPrefix: 'verify' }),
  })
  limits.set(redis, limit)
  return limit
}
