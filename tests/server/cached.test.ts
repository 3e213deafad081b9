import { Redis } from 'ioredis'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { cached } from '../../server/infra/redis.ts'
import { testRedisUrl } from '../support/engines.ts'

const redis = new Redis(testRedisUrl())
beforeEach(() => redis.flushdb())
afterAll(() => redis.disconnect())

/** Something that takes a moment, and how often it was done. */
function counting() {
  let times = 0
  const count = async () => {
    times += 1
    await new Promise((done) => setTimeout(done, 20))
    return { count: times }
  }
  return { count, times: () => times }
}

it('counts once for everybody who asks at the same moment', async () => {
  const { count, times } = counting()

  const answers = await Promise.all(Array.from({ length: 32 }, () => cached(redis, 'figures', 5, count)))

  expect(times()).toBe(1)
  expect(new Set(answers.map((it) => it.count))).toEqual(new Set([1]))
})

it('keeps what was counted for the next who asks', async () => {
  const { count, times } = counting()

  await cached(redis, 'figures', 5, count)
  await cached(redis, 'figures', 5, count)

  expect(times()).toBe(1)
})

it('counts again after a count that failed', async () => {
  const fail = () => Promise.reject(new Error('away'))
  await expect(cached(redis, 'figures', 5, fail)).rejects.toThrow('away')

  expect(await cached(redis, 'figures', 5, async () => 'counted')).toBe('counted')
})
