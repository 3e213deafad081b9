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

/** Sign-in to the console with a password. */
export function signInRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.signInWithPassword, async ({ loginName, password, totp, deviceToken, caller }) => {
    const person = await signIn.personFor({ loginName, password, totp, deviceToken, ip: caller.ip }, deps)
    const personId = String(person._id)
    const role = roleFor(person, 'staff', clock.now())
    const opening = { role, isConsole: true, mustChangePassword: person.hasFirstPassword ?? false }
    const opened = await openFor(personId, { ...opening, act: 'signIn.console' }, caller, deps)
    return { ...opened, deviceToken: mintDeviceToken(personId, env.INDEX_KEY) }
  })

  serve(router, api.changePassword, async ({ actor, password, newPassword }) => {
    await signIn.changePassword(await accounts.self(actor.personId), password, newPassword, deps)
    await accounts.closeOtherSessions(actor.personId, actor.sessionId)
    return DONE
  })

  serve(router, api.setOwnPassword, async ({ actor, newPassword }) => {
    if (!actor.mustChangePassword) throw new Refusal('conflict', '您的密码已经是自己设的，要改请到“设置”')
    await signIn.setOwnPassword(await accounts.self(actor.personId), newPassword, deps)
    await accounts.closeOtherSessions(actor.personId, actor.sessionId)
    return DONE
  })
}
