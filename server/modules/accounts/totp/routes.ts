import type Router from '@koa/router'
import * as api from '#contract/accounts'
import { readSignInRules, setSignInRules } from '#contract/sign-in'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as tree from '../../org/tree/service.ts'
import * as accounts from '../service.ts'
import { checkPassword } from '../sign-in/service.ts'
import { signInScope } from './policy.ts'
import * as totp from './service.ts'

/** The second factor: one's own, and where a unit requires it. */
export function totpRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.beginTotp, async ({ actor }) => totp.beginTotp(await accounts.self(actor.personId), deps))

  serve(router, api.confirmTotp, async ({ actor, totp: digits }) => {
    await totp.confirmTotp(await accounts.self(actor.personId), digits, deps)
    return DONE
  })

  serve(router, api.removeTotp, async ({ actor, password }) => {
    const person = await accounts.self(actor.personId)
    await checkPassword(person, password, deps)
    await totp.removeTotp(person, clock.now())
    return DONE
  })

  serve(router, readSignInRules, async ({ actor, unitId }) => {
    const { rule, ...rules } = await totp.rulesAt(await signInScope(actor, unitId), clock.now())
    const unit = rule && (await tree.findUnit(String(rule.unitId)))
    return {
      ...rules,
      isTotpRequired: rule !== null,
      requiredBy: rule && {
        unitId: String(rule.unitId),
        unitName: unit?.fullName ?? '',
        since: rule.since.toISOString(),
      },
    }
  })

  serve(router, setSignInRules, async ({ actor, unitId, isTotpRequired }) => {
    const scope = await signInScope(actor, unitId)
    await (isTotpRequired ? totp.require(scope, clock.now()) : totp.release(scope, clock.now()))
    return DONE
  })
}
