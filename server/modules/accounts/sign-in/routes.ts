import type Router from '@koa/router'
import * as api from '#contract/accounts'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { roleFor } from '../policy.ts'
import { openFor } from '../routes.ts'
import * as accounts from '../service.ts'
import { mintDeviceToken } from './rules.ts'
import * as signIn from './service.ts'

/** Sign-in to the console and its second factor. */
export function signInRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.signInWithPassword, async ({ loginName, password, totp, deviceToken, caller }) => {
    const person = await signIn.personFor({ loginName, password, totp, deviceToken, ip: caller.ip }, deps)
    const personId = String(person._id)
    const opened = await openFor(personId, roleFor(person, 'staff', clock.now()), caller, deps, true)
    return { ...opened, deviceToken: mintDeviceToken(personId, env.INDEX_KEY) }
  })

  serve(router, api.beginTotp, async ({ actor }) => signIn.beginTotp(await self(actor.personId), deps))

  serve(router, api.confirmTotp, async ({ actor, totp }) => {
    await signIn.confirmTotp(await self(actor.personId), totp, deps)
    return DONE
  })

  serve(router, api.removeTotp, async ({ actor, password }) => {
    await signIn.removeTotp(await self(actor.personId), password)
    return DONE
  })

  serve(router, api.changePassword, async ({ actor, password, newPassword }) => {
    await signIn.changePassword(await self(actor.personId), password, newPassword)
    await accounts.closeOtherSessions(actor.personId, actor.sessionId)
    return DONE
  })
}

async function self(personId: string) {
  const person = await accounts.findPerson(personId)
  if (!person) throw new Refusal('unauthenticated', '请重新登录')
  return person
}
