import type Router from '@koa/router'
import { resetSignIn } from '#contract/posts'
import { readPasswordLink, setPasswordByLink } from '#contract/sign-in'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { personBelow } from '../posts/policy.ts'
import * as resets from './service.ts'

/** Who forgot the password or lost the authenticator is helped by somebody above. */
export function resetRoutes(router: Router, deps: Deps) {
  serve(router, resetSignIn, async ({ actor, unitId, personId, what }) => {
    const below = await personBelow(actor, { unitId, personId }, deps.clock.now())
    if (what === 'password') return resets.resetPassword(below, deps)
    await resets.resetTotp(below, deps)
    return { link: null, expiresAt: null }
  })

  serve(router, readPasswordLink, async ({ link, caller }) => {
    const { person, loginName, expiresAt } = await resets.readLink(link, caller.ip, deps)
    return { name: person.name, loginName, expiresAt: expiresAt.toISOString() }
  })

  serve(router, setPasswordByLink, async ({ link, newPassword, caller }) =>
    resets.setPassword(link, newPassword, caller.ip, deps),
  )
}
