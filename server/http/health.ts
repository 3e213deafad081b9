import type { Redis } from 'ioredis'
import type Router from '@koa/router'
import mongoose from 'mongoose'

/** `/healthz`: the process lives. `/readyz`: the engines answer; it says which does not. */
export function healthRoutes(router: Router, { redis }: { redis: Redis }) {
  router.get('/healthz', (ctx) => {
    ctx.body = { alive: true }
  })

  router.get('/readyz', async (ctx) => {
    const [mongo, red] = await Promise.all([
      within(1_000, async () => mongoose.connection.db?.command({ ping: 1 })),
      within(500, () => redis.ping()),
    ])
    ctx.status = mongo && red ? 200 : 503
    ctx.body = { ready: mongo && red, engines: { mongodb: mongo, redis: red } }
  })
}

async function within(ms: number, ping: () => Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const answer = ping().then(
    (it) => it !== undefined,
    () => false,
  )
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
