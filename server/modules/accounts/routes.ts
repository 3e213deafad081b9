import type Router from '@koa/router'
import * as api from '#contract/accounts'
import type { Role } from '#contract/accounts'
import type { Caller } from '../../http/serve.ts'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { Refusal } from '../../http/errors.ts'
import { roleFor } from './policy.ts'
import { presentMe } from './present.ts'
import { deviceName } from './rules.ts'
import * as accounts from './service.ts'
import { identify, phoneOf } from './wechat/service.ts'

export function accountRoutes(router: Router, deps: Deps) {
  const { clock, wechat } = deps

  serve(router, api.signInWithWechat, async ({ code, caller }) => {
    const person = await accounts.ensureByOpenId(await identify(wechat, code))
    return openFor(String(person._id), 'guardian', caller, deps)
  })

  serve(router, api.readMe, async ({ actor }) => presentMe(actor, deps))

  serve(router, api.switchRole, async ({ actor, role, caller }) => {
    const person = await accounts.findPerson(actor.personId)
    const proven = roleFor(person, role, clock.now(), actor.sessionId)
    await accounts.closeSession(actor.personId, actor.sessionId)
    return openFor(actor.personId, proven, caller, deps)
  })

  serve(router, api.signOut, async ({ actor }) => {
    await accounts.closeSession(actor.personId, actor.sessionId)
    return DONE
  })

  serve(router, api.listMySessions, async ({ actor }) => {
    const person = await accounts.findPerson(actor.personId)
    const sessions = (person?.sessions ?? []).filter((it) => it.expiresAt > clock.now())
    return {
      sessions: sessions.map((it) => ({
        sessionId: String(it._id),
        openedAt: it.openedAt.toISOString(),
        expiresAt: it.expiresAt.toISOString(),
        device: deviceName(it.device),
        isCurrent: String(it._id) === actor.sessionId,
      })),
    }
  })

  serve(router, api.revokeMySession, async ({ actor, sessionId }) => {
    await accounts.closeSession(actor.personId, sessionId)
    return DONE
  })

  serve(router, api.bindPhone, async ({ actor, code, caller }) => {
    const phone = await phoneOf(wechat, code)
    const personId = await accounts.bindPhone(actor.personId, phone, deps)
    if (personId === actor.personId) await accounts.closeSession(personId, actor.sessionId)
    return openFor(personId, 'guardian', caller, deps)
  })
}

/** Opens a session and says who one is in it. */
export async function openFor(personId: string, role: Role, caller: Caller, deps: Deps, isConsole = false) {
  const opened = await accounts.openSession(personId, role, caller.device, deps.clock.now(), isConsole)
  const actor = await accounts.actorFor(opened.token, deps.clock.now())
  if (!actor) throw new Refusal('unauthenticated', '请重新登录')
  return { ...opened, me: await presentMe(actor, deps) }
}
