import type Router from '@koa/router'
import { answerScan, beginScan, openScan, pollScan } from '#contract/sign-in'
import type { Actor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { type Caller, DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { isFromConsole, roleFor } from '../policy.ts'
import { presentPosts } from '../present.ts'
import { deviceName } from '../rules.ts'
import { openFor } from '../routes.ts'
import * as accounts from '../service.ts'
import { mintDeviceToken } from '../sign-in/rules.ts'
import type { Scan } from './rules.ts'
import * as scans from './service.ts'

/** Signing in to the console by scanning its code with the mini-program. */
export function scanRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, beginScan, async ({ caller }) => scans.begin(caller, deps))

  serve(router, pollScan, async ({ ticket, secret, totp, caller }) => {
    const scan = await scans.poll(ticket, secret, deps)
    if (scan.state !== 'confirmed') return { state: stateFor(scan), signedIn: null }
    const person = await accounts.self(scan.personId ?? '')
    // Whoever lost the last post in these three minutes does not come in.
    const role = roleFor(person, 'staff', clock.now())
    if (person.totp?.confirmedAt && !totp) return { state: 'totpNeeded' as const, signedIn: null }
    await scans.take(ticket, person, totp, deps)
    return { state: 'signedIn' as const, signedIn: await openHere(String(person._id), role, caller) }
  })

  serve(router, openScan, async ({ actor, ticket, caller }) => {
    const person = await phoneOfStaff(actor)
    const scan = await scans.open(ticket, actor.personId, deps)
    const posts = await presentPosts(person, clock.now())
    return {
      device: deviceName(scan.device),
      address: scan.ip,
      isSameNetwork: scan.ip === caller.ip,
      askedAt: scan.askedAt,
      expiresAt: scan.expiresAt,
      name: person.name,
      posts: posts.map(({ post, unitName, isDeputy = false }) => ({ post, unitName, isDeputy })),
    }
  })

  serve(router, answerScan, async ({ actor, ticket, isMe }) => {
    const person = await phoneOfStaff(actor)
    await scans.answer(ticket, actor.personId, isMe, deps)
    if (!isMe) {
      const done = { personId: actor.personId, unit: accounts.widestUnit(person, clock.now()) }
      await audit.record('signIn.refused', { ...done, detail: '扫码登录：手机上选了“不是我”' }, clock.now())
    }
    return DONE
  })

  async function openHere(personId: string, role: 'guardian' | 'staff', caller: Caller) {
    const opened = await openFor(personId, { role, isConsole: true, act: 'signIn.scanned' }, caller, deps)
    return { ...opened, deviceToken: mintDeviceToken(personId, deps.env.INDEX_KEY) }
  }

  /** A member of staff with the phone in hand: a console cannot vouch for another console. */
  async function phoneOfStaff(actor: Actor) {
    const person = await accounts.self(actor.personId)
    if (isFromConsole(person, actor.sessionId)) {
      throw new Refusal('forbidden', '请用手机微信扫码，在小程序里确认')
    }
    if (accounts.postsNow(person, clock.now()).length === 0) {
      throw new Refusal('forbidden', '您目前没有教职工岗位，不能登录控制台')
    }
    return person
  }
}

const stateFor = ({ state }: Scan) => (state === 'seen' || state === 'refused' ? state : ('waiting' as const))
