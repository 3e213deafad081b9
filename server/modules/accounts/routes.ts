import type Router from '@koa/router'
import * as api from '#contract/accounts'
import type { Role } from '#contract/accounts'
import type { Caller } from '../../http/serve.ts'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { Refusal } from '../../http/errors.ts'
import type { Act } from '../audit/rules.ts'
import * as audit from '../audit/service.ts'
import { count } from './guesses/service.ts'
import { isFromConsole, roleFor } from './policy.ts'
import { presentMe } from './present.ts'
import { deviceName } from './rules.ts'
import * as accounts from './service.ts'
import { mustSetUp } from './totp/service.ts'
import { identify, phoneOf } from './wechat/service.ts'

export function accountRoutes(router: Router, deps: Deps) {
  const { clock, wechat } = deps

  serve(router, api.signInWithWechat, async ({ code, caller }) => {
    const openId = await identify(wechat, code).catch((error: unknown) => noteRefusal(error, caller, deps))
    const person = await accounts.ensureByOpenId(openId)
    return openFor(String(person._id), { role: 'guardian', act: 'signIn.wechat' }, caller, deps)
  })

  serve(router, api.readMe, async ({ actor }) => presentMe(actor, deps))

  serve(router, api.switchRole, async ({ actor, role, caller }) => {
    const person = await accounts.self(actor.personId)
    const proven = roleFor(person, role, clock.now(), actor.sessionId)
    await accounts.closeSession(actor.personId, actor.sessionId)
    // What was opened with a password stays so, however often the role is switched.
    const isConsole = isFromConsole(person, actor.sessionId)
    return openFor(actor.personId, { role: proven, isConsole }, caller, deps)
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
    return openFor(personId, { role: 'guardian' }, caller, deps)
  })
}

export interface Opening {
  role: Role
  isConsole?: boolean
  /** Came with a first password. */
  mustChangePassword?: boolean
  /** What the log calls it; a session that only changes its role is no new sign-in. */
  act?: Act
}

/** Opens a session and says who one is in it. */
export async function openFor(
  personId: string,
  { role, isConsole = false, mustChangePassword = false, act }: Opening,
  caller: Caller,
  deps: Deps,
) {
  const now = deps.clock.now()
  const mustSetUpTotp = isConsole && (await mustSetUp(await accounts.self(personId), now))
  const session = { role, device: caller.device, isConsole, mustSetUpTotp, mustChangePassword }
  const opened = await accounts.openSession(personId, session, now)
  const actor = await accounts.actorFor(opened.token, now)
  if (!actor) throw new Refusal('unauthenticated', '请重新登录')
  if (act) await audit.record(act, { personId, actor: { personId, role } }, now)
  return { ...opened, me: await presentMe(actor, deps) }
}

/** A code that WeChat did not take is in the log, as far as one address has not filled it. */
async function noteRefusal(error: unknown, { ip }: Caller, deps: Deps): Promise<never> {
  if (error instanceof Refusal && error.code !== 'unavailable') {
    const isRoom = await count('noted', ip, deps).then(
      () => true,
      () => false,
    )
    const detail = `小程序：${error.message}`
    if (isRoom) await audit.record('signIn.refused', { detail }, deps.clock.now())
  }
  throw error
}
