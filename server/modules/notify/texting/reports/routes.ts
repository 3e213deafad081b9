import { createHash, timingSafeEqual } from 'node:crypto'
import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { readReplies, readReports } from './rules.ts'
import { takeInReplies, takeInReports } from './service.ts'

const hash = (text: string) => createHash('sha256').update(text).digest()

/**
 * The addresses to which a provider of text messages reports. Not in the contract: their shape is the provider's. Neither of them signs
 * its reports, so that the address itself is the secret.
 */
export function textReportRoutes(router: Router, deps: Deps) {
  const { SMS_CALLBACK_KEY: key } = deps.env

  const known = (ctx: RouterContext) => {
    const said = (ctx.params as { key?: string }).key ?? ''
    if (!key || !timingSafeEqual(hash(said), hash(key))) throw new Refusal('not_found', '没有这个地址')
    return ctx.request.body
  }
  // What both providers take for a yes.
  const YES = { code: 0, msg: 'OK', result: 0, errmsg: 'OK' }

  router.post('/sms/reports/:key', async (ctx) => {
    await takeInReports(readReports(known(ctx)), deps.clock.now())
    ctx.body = YES
  })
  router.post('/sms/replies/:key', async (ctx) => {
    await takeInReplies(readReplies(known(ctx)), deps)
    ctx.body = YES
  })
}
