import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'

const HELD_MS = 20_000
const PATIENCE_MS = 15_000
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end`
const EXTEND = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end`

/**
 * One writer a file, whichever process a request reaches: what tus asks of a locker. A process that died lets go after
 * twenty seconds.
 */
export const redisLocker = (redis: Redis) => ({
  newLock(id: string) {
    const key = `files:lock:${id}`
    const mine = randomUUID()
    let extending: NodeJS.Timeout | undefined
    return {
      async lock(signal: AbortSignal) {
        const until = Date.now() + PATIENCE_MS
        while ((await redis.set(key, mine, 'PX', HELD_MS, 'NX')) !== 'OK') {
          if (signal.aborted || Date.now() > until) {
            throw Object.assign(new Error('locked'), { status_code: 423, body: '另一个页面正在传这个文件' })
          }
          await sleep(100)
        }
        extending = setInterval(
          () => void redis.eval(EXTEND, 1, key, mine, HELD_MS).catch(() => undefined),
          HELD_MS / 3,
        )
      },
      async unlock() {
        clearInterval(extending)
        await redis.eval(RELEASE, 1, key, mine)
      },
    }
  },
})
