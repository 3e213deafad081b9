import { text } from 'node:stream/consumers'
import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { isAddressCheck, openPush, PushRejected, type PushSecrets } from '../../../infra/wechat/push.ts'
import { encryptedPart, readPush } from '../../../infra/wechat/push-events.ts'
import { takeIn } from './service.ts'

const MOST_BYTES = 64 * 1024

/**
 * The address that WeChat pushes events to. Not in the contract: its shape is WeChat's, not ours.
 * The event is worked on before the answer, a matter of milliseconds: what fails is pushed again, and twice is harmless.
 */
export function pushRoutes(router: Router, deps: Deps) {
  const { env, log } = deps
  const secrets: PushSecrets = {
    appId: env.WX_APP_ID,
    token: env.WX_PUSH_TOKEN,
    aesKey: env.WX_PUSH_AES_KEY,
  }

  router.get('/wechat/push', (ctx) => {
    if (!isAddressCheck(secrets, queryOf(ctx))) throw new Refusal('forbidden', '签名不对')
    ctx.type = 'text/plain'
    ctx.body = single(ctx, 'echostr')
  })

  router.post('/wechat/push', async (ctx) => {
    const encrypted = encryptedPart(await bodyOf(ctx))
    if (encrypted === null) throw new Refusal('invalid', '内容的格式不对')
    const event = readPush(opened(secrets, ctx, encrypted))
    await takeIn(event, deps)
    log.debug({ kind: event.kind }, 'pushed by WeChat')
    ctx.type = 'text/plain'
    ctx.body = 'success'
  })
}

function opened(secrets: PushSecrets, ctx: RouterContext, encrypted: string) {
  try {
    return openPush(secrets, queryOf(ctx), encrypted)
  } catch (error) {
    if (error instanceof PushRejected) throw new Refusal('forbidden', '签名不对')
    throw error
  }
}

function queryOf(ctx: RouterContext) {
  return {
    timestamp: single(ctx, 'timestamp'),
    nonce: single(ctx, 'nonce'),
    signature: single(ctx, 'signature'),
    msg_signature: single(ctx, 'msg_signature'),
  }
}

/** A parameter that is given twice is nobody's parameter. */
function single(ctx: RouterContext, name: string) {
  const value = ctx.query[name]
  return typeof value === 'string' ? value : ''
}

async function bodyOf(ctx: RouterContext) {
  const { rawBody } = ctx.request as { rawBody?: string }
  if (rawBody !== undefined) return rawBody
  // Set to XML in WeChat's console, it is not a body that our parser has read.
  if ((ctx.request.length ?? Number.POSITIVE_INFINITY) > MOST_BYTES)
    throw new Refusal('too_large', '内容太长了')
  return text(ctx.req)
}
