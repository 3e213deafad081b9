import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { readForm } from '../../../http/bytes.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { presentHolder, presentVerified } from '../present.ts'
import { findByNumber } from '../service.ts'
import { CHECK_SCRIPT, verifyForm, verifyMissing, verifyResult, verifyTooOften } from './present.ts'
import { badgeLink, countCheck, findForHolder } from './service.ts'

/** `/verify` and `/verify/<number>`: pages for anybody with a certificate in hand; only the check of a file needs a script. */
export function verifyPages(router: Router, deps: Pick<Deps, 'clock' | 'redis' | 'env'>) {
  const { clock, redis } = deps

  router.get('/verify', (ctx) => {
    const { number } = ctx.query
    ctx.type = 'html'
    if (typeof number === 'string' && number.trim()) {
      return ctx.redirect(`/verify/${encodeURIComponent(number.trim().slice(0, 40))}`)
    }
    ctx.body = verifyForm()
  })

  router.get('/verify/check.js', (ctx) => {
    ctx.set('cache-control', 'public, max-age=3600')
    ctx.body = CHECK_SCRIPT
    ctx.type = 'text/javascript'
  })

  // A name is never part of an address: addresses are kept in logs and histories.
  router.post('/verify', (ctx) =>
    answered(ctx, async () => {
      const form = await readForm(ctx)
      const [typed, holder] = [form.get('number') ?? '', form.get('holder') ?? ''].map((it) =>
        it.trim().slice(0, 40),
      ) as [string, string]
      if (!holder) {
        await countCheck(ctx.ip, redis)
        return page(ctx, await findByNumber(typed), typed)
      }
      const found = await findForHolder(typed, holder, ctx.ip, redis)
      ctx.body = verifyResult(presentHolder(found, badgeLink(found, deps), clock.now()))
    }),
  )

  router.get('/verify/:number', (ctx) =>
    answered(ctx, async () => {
      const typed = (ctx.params.number ?? '').slice(0, 40)
      await countCheck(ctx.ip, redis)
      page(ctx, await findByNumber(typed), typed)
    }),
  )

  function page(ctx: RouterContext, found: Awaited<ReturnType<typeof findByNumber>>, typed: string) {
    ctx.status = found ? 200 : 404
    ctx.body = found ? verifyResult(presentVerified(found, clock.now())) : verifyMissing(typed)
  }
}

/** A refusal as a page, not as JSON. */
async function answered(ctx: RouterContext, answer: () => Promise<void>) {
  ctx.type = 'html'
  // A state changes with a revocation; no proxy may keep yesterday's answer.
  ctx.set('cache-control', 'no-store')
  try {
    await answer()
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== 'too_many' && error.code !== 'not_found')) throw error
    ctx.status = error.code === 'too_many' ? 429 : 404
    ctx.body = error.code === 'too_many' ? verifyTooOften(error.message) : verifyMissing('', error.message)
  }
}
