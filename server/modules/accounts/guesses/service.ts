import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import { type Limit, LIMITS } from './rules.ts'

type Redis = Pick<Deps, 'redis'>

const limiter = ({ redis }: Redis, limit: Limit) =>
  new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `sign-in:${limit}`,
    points: LIMITS[limit].points,
    duration: LIMITS[limit].seconds,
  })

/** Counts one try. Past the limit, and without Redis, nobody is let in. */
export async function count(limit: Limit, key: string, deps: Redis) {
  try {
    await limiter(deps, limit).consume(key)
  } catch (error) {
    if (error instanceof RateLimiterRes) {
      const seconds = Math.ceil(error.msBeforeNext / 1000)
      throw new Refusal('too_many', `试的次数太多了，请${Math.ceil(seconds / 60)}分钟后再试`, seconds)
    }
    throw new Refusal('unavailable', '登录暂时不可用，请稍后再试', 3)
  }
}

/** The right answer came: what was tried before it no longer counts. */
export const forgive = async (limit: Limit, key: string, deps: Redis) =>
  void (await limiter(deps, limit)
    .delete(key)
    .catch(() => null))
