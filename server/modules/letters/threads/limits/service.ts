import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'

/** At most so many of something by one person in a time; without Redis nobody is kept from writing to a teacher. */
export function limitOf(
  keyPrefix: string,
  { points, duration }: { points: number; duration: number },
  sentence: string,
  { redis }: Pick<Deps, 'redis'>,
) {
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration })
  return async (personId: string) => {
    await limiter.consume(personId).catch((error: unknown) => {
      if (!(error instanceof RateLimiterRes)) return
      throw new Refusal('too_many', sentence, Math.ceil(error.msBeforeNext / 1000))
    })
  }
}
