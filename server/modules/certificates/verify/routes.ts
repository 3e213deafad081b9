import type Router from '@koa/router'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { presentVerified } from '../present.ts'
import { findByNumber } from '../service.ts'
import { verifyForm, verifyMissing, verifyResult, verifyTooOften } from './present.ts'
import { countCheck } from './service.ts'

/** `/verify` and `/verify/<number>`: pages for anybody with a certificate in hand; they need no script. */
export function verifyPages(router: Router, { clock, redis }: Pick<Deps, 'clock' | 'redis'>) {
  router.get('/verify', (ctx) => {
    const { number } = ctx.query
    ctx.type = 'html'
    if (typeof number === 'string' && number.trim()) {
      return ctx.redirect(`/verify/${encodeURIComponent(number.trim().slice(0, 40))}`)
    }
    ctx.body = verifyForm()
  })

  router.get('/verify/:number', async (ctx) => {
    const typed = (ctx.params.number ?? '').slice(0, 40)
    ctx.type = 'html'
    // A figure changes with a revocation; no proxy may keep yesterday's answer.
    ctx.set('cache-control', 'no-store')
    try {
      await countCheck(ctx.ip, redis)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'too_many') throw error
      ctx.status = 429
      ctx.body = verifyTooOften()
      return
    }
    const found = await findByNumber(typed)
    ctx.status = found ? 200 : 404
    ctx.body = found ? verifyResult(presentVerified(found, clock.now())) : verifyMissing(typed)
  })
}
