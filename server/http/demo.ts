import type Router from '@koa/router'
import * as z from 'zod'
import type { Deps } from '../infra/deps.ts'
import { findDemoPerson } from '../modules/accounts/service.ts'
import { presentDemoPeople } from '../modules/accounts/demo/present.ts'
import { Refusal } from './errors.ts'

const orders = {
  login: z.object({ as: z.string().min(1).max(40) }),
  subscribe: z.object({ as: z.string().min(1).max(40), templateIds: z.array(z.string().max(64)).max(3) }),
}

/**
 * What the phone preview asks in place of WeChat's own app: codes from the simulator for the person it plays.
 * Mounted only when `DEMO=1`.
 */
export function demoDoor(router: Router, deps: Deps) {
  router.get('/demo/people', async (ctx) => {
    const people = await presentDemoPeople(deps)
    ctx.body = { people: people.filter((it) => it.kind === 'phone') }
  })

  router.get('/demo/wx/login', async (ctx) => {
    const { as } = parsed(orders.login, ctx.query)
    ctx.body = await ask(deps, 'login-codes', { as })
  })

  router.get('/demo/wx/phone', async (ctx) => {
    const { as } = parsed(orders.login, ctx.query)
    const person = await findDemoPerson(as)
    if (!person?.phone) throw new Refusal('not_found', '演示城市里没有这个人的手机号')
    await ask(deps, 'identities', { as, phone: deps.fields.open(person.phone) })
    ctx.body = await ask(deps, 'phone-codes', { as })
  })

  router.post('/demo/wx/subscribe', async (ctx) => {
    const order = parsed(orders.subscribe, (ctx.request as { body?: unknown }).body)
    ctx.body = await ask(deps, 'subscriptions', order)
  })

  router.get('/demo/wx/messages', async (ctx) => {
    const whose = typeof ctx.query.as === 'string' ? `?as=${encodeURIComponent(ctx.query.as)}` : ''
    const answer = await fetch(`${deps.env.WX_BASE_URL}/simulator${whose}`)
    ctx.type = 'html'
    ctx.body = await answer.text()
  })
}

function parsed<T>(schema: z.ZodType<T>, said: unknown): T {
  const result = schema.safeParse(said)
  if (!result.success) throw new Refusal('invalid', '请说明扮演谁')
  return result.data
}

async function ask({ env }: Pick<Deps, 'env'>, order: string, body: object): Promise<unknown> {
  const answer = await fetch(`${env.WX_BASE_URL}/simulator/${order}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Refusal('unavailable', '微信模拟器没有回应')
  return answer.json()
}
