import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import type { Deps } from '../../../infra/deps.ts'
import { findUnit } from '../../org/tree/service.ts'
import { profileOf } from './rules.ts'
import { publicKeys, statusList } from './service.ts'

/** A revocation is seen by everybody who checks within this time. */
const STATUS_SECONDS = 300

/** What a stranger needs to check a credential: keys, issuers and status lists, at addresses that stay. */
export function badgePages(site: Router, { env, clock }: Pick<Deps, 'env' | 'clock'>) {
  const say = (ctx: RouterContext, type: string, body: unknown, seconds: number) => {
    ctx.set('cache-control', `public, max-age=${seconds}`)
    // Wallets and checkers run on pages of their own.
    ctx.set('access-control-allow-origin', '*')
    ctx.body = body
    ctx.type = type
  }
  const document = (ctx: RouterContext, body: unknown) => say(ctx, 'application/json', body, 3600)

  site.get('/.well-known/jwks.json', async (ctx) => document(ctx, { keys: await publicKeys(env) }))

  site.get('/ob/keys/:id', async (ctx) => {
    const found = (await publicKeys(env)).find((it) => it.kid.endsWith(`/ob/keys/${ctx.params.id ?? ''}`))
    if (found) document(ctx, found)
  })

  site.get('/ob/issuer', (ctx) =>
    document(ctx, {
      '@context': ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
      id: `${env.ORIGIN}/ob/issuer`,
      type: ['Profile'],
      name: '家长学校平台',
      url: env.ORIGIN,
      jwks_uri: `${env.ORIGIN}/.well-known/jwks.json`,
    }),
  )

  site.get('/ob/issuers/:schoolId', async (ctx) => {
    const { schoolId = '' } = ctx.params
    const unit = /^[0-9a-f]{24}$/.test(schoolId) ? await findUnit(schoolId) : null
    if (unit?.kind !== 'school') return
    document(ctx, {
      '@context': ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
      ...profileOf(env.ORIGIN, schoolId, `${unit.name}家长学校`),
      jwks_uri: `${env.ORIGIN}/.well-known/jwks.json`,
    })
  })

  site.get('/ob/status/:year/:list', async (ctx) => {
    const [year, list] = [Number(ctx.params.year), Number(ctx.params.list)]
    const isAsked = Number.isInteger(year) && year > 2000 && year < 2200 && Number.isInteger(list)
    if (!isAsked || list < 0 || list > 99) return
    say(ctx, 'application/vc+jwt', await statusList(year, list, env, clock.now()), STATUS_SECONDS)
  })
}
