import type { Endpoint } from '#contract/endpoint'
import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import type * as z from 'zod/mini'
import type { Actor, ActorFor } from './actor.ts'
import { whileAsking } from './asking.ts'
import { Refusal } from './errors.ts'

/** Where a call came from, for the device list and the limits. */
export interface Caller {
  ip: string
  device: string
}

type Call<E extends Endpoint> = z.output<E['input']> & { actor: ActorFor<E>; caller: Caller }

/** Mounts one endpoint of the contract: admit, parse what was said, run the handler, parse what we answer. */
export function serve<E extends Endpoint>(
  router: Router,
  endpoint: E,
  handler: (call: Call<E>) => Promise<z.input<E['reply']>>,
) {
  router.register(endpoint.path, [endpoint.method.toLowerCase()], async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(endpoint, actor)

    const input = endpoint.input.safeParse({ ...said(ctx, endpoint), ...ctx.params })
    if (!input.success) throw new Refusal('invalid', describe(input.error))

    const caller = callerOf(ctx)
    // Parsing the answer drops every key the contract does not name: a private field cannot leak by accident.
    const reply = endpoint.reply.parse(
      await whileAsking({ actor, caller }, () => handler({ ...input.data, actor, caller } as Call<E>)),
    )
    // Written once: of an object Koa would write the text to see whether it is long enough to be compressed, and again to send it.
    ctx.set('content-type', 'application/json; charset=utf-8')
    ctx.body = JSON.stringify(reply)
  })
}

/** Where a request came from. */
export const callerOf = (ctx: RouterContext): Caller => ({
  ip: ctx.ip,
  device: ctx.get('user-agent').slice(0, 200),
})

/** Refuses a caller the endpoint is not for: 401 without a sign-in, 403 in the other role. */
export function admit(
  { access, beforeTotp, beforeOwnPassword }: Pick<Endpoint, 'access' | 'beforeTotp' | 'beforeOwnPassword'>,
  actor: Actor | null,
) {
  if (access === 'public') return
  if (!actor) throw new Refusal('unauthenticated', '请先登录')
  if (access === 'guardian' && actor.role !== 'guardian')
    throw new Refusal('forbidden', '请切换到家长身份再试')
  if (access === 'staff' && actor.role !== 'staff') throw new Refusal('forbidden', '这里只对教职工开放')
  if (actor.mustChangePassword) {
    // Before the six digits: whoever else knows the first password could set them up.
    if (!beforeOwnPassword) throw new Refusal('password_required', '请先设置自己的密码，再继续使用')
    return
  }
  if (actor.mustSetUpTotp && !beforeTotp) throw new Refusal('totp_required', '请先设置动态验证码，再继续使用')
}

function said(ctx: RouterContext, endpoint: Endpoint): object {
  if (endpoint.method === 'GET') return { ...ctx.query }
  const body = (ctx.request as { body?: unknown }).body ?? {}
  if (typeof body !== 'object' || Array.isArray(body)) throw new Refusal('invalid', '内容的格式不对')
  return body
}

/** The first thing wrong, in one sentence: the contract's own where it has one; the library's are for programmers. */
function describe({ issues: [first] }: z.core.$ZodError) {
  if (!first) return '填写的内容不对'
  if (first.code === 'unrecognized_keys') return '内容里有不认识的项，请更新后再试'
  return /[\u4e00-\u9fff]/.test(first.message) ? first.message : '填写的内容不对，请检查后再试'
}

/** The answer to an order that has nothing more to say. */
export const DONE = { done: true } as const
