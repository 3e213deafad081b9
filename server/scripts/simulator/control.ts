import * as z from 'zod'
import type { Events } from './events.ts'
import type { AccessTokens } from './tokens.ts'
import type { Fault, World } from './world.ts'

const name = z.string().trim().min(1).max(60)
const templateIds = z.array(z.string().max(100)).min(1).max(3)

const identityOrder = z.object({ as: name, phone: z.optional(z.string().regex(/^\d{11}$/)) })
const codeOrder = z.object({ as: name, appId: z.optional(z.string().max(64)) })
const popupOrder = z.object({ as: name, templateIds, accept: z.boolean().default(true) })
const settingsOrder = z.object({ as: name, templateIds })
const faultOrder = z.object({
  path: z.optional(z.string().max(100)),
  times: z.int().min(1).max(100_000).default(1),
  errcode: z.optional(z.int()),
  status: z.optional(z.int().min(400).max(599)),
  latencyMs: z.optional(z.int().min(0).max(60_000)),
  isLost: z.optional(z.boolean()),
})

/** What the person at the controls asks for cannot be done; the sentence is for that person. */
export class ControlRefused extends Error {}

export type Control = ReturnType<typeof createControl>

/** The hand of the person who plays WeChat's users: takes up phones, taps buttons, breaks things. */
export function createControl(world: World, tokens: AccessTokens, events: Events) {
  const control = {
    /** The person of this name, made on first mention; a given phone number replaces the old one. */
    identity({ as, phone }: z.input<typeof identityOrder>) {
      const identity = world.identity(as)
      if (phone) identity.phone = phone
      return identity
    },
    identities: world.identities,
    /** As `wx.login` on that person's phone; with `appId`, in another mini-program. */
    loginCode: ({ as, appId }: z.input<typeof codeOrder>) => world.mint('login', as, appId),
    /** As the phone-number button. */
    phoneCode({ as, appId }: z.input<typeof codeOrder>) {
      if (!world.identity(as).phone) throw new ControlRefused(`先给“${as}”设一个手机号`)
      return world.mint('phone', as, appId)
    },
    /** As `wx.requestSubscribeMessage`: one accepted tap is one message. */
    answerPopup({ as, templateIds: asked, accept = true }: z.input<typeof popupOrder>) {
      const unknown = asked.find((id) => !world.templates.has(id))
      if (unknown) throw new ControlRefused(`没有这个模板：${unknown}`)
      const person = world.identity(as)
      if (accept) for (const id of asked) world.addQuota(person.openId, id, 1)
      events.answered(person, Object.fromEntries(asked.map((id) => [id, accept])))
      return Object.fromEntries(asked.map((id) => [id, accept ? 'accept' : 'reject']))
    },
    /** The person switches these messages off in the mini-program's settings. */
    refuseInSettings({ as, templateIds: refused }: z.input<typeof settingsOrder>) {
      const person = world.identity(as)
      for (const id of refused) world.addQuota(person.openId, id, -world.quota(person.openId, id))
      events.refusedInSettings(person, refused)
    },
    /** WeChat has looked at a picture, and says so in the shape of today or the one of before. */
    sayOfPicture({ as, ...word }: { as: string } & Parameters<Events['looked']>[1]) {
      events.looked(world.identity(as), word)
    },
    /** What has arrived on phones, oldest first. */
    delivered: ({ as }: { as?: string | undefined } = {}) =>
      world.delivered.filter((it) => as === undefined || it.as === as),
    /** The requests that reached the simulated WeChat. */
    calls: (path?: string) => world.calls.filter((it) => path === undefined || it.path === path),
    breakNext: (fault: Fault) => void world.faults.push(fault),
    mend: () => void world.faults.splice(0),
    expireTokens: tokens.expire,
    killTokens: tokens.kill,
    /** Waits until every push has been answered or given up. */
    settled: events.settled,
    world,
  }
  return control
}

type Order = (input: unknown, query: URLSearchParams) => unknown

/** The same orders over HTTP, for the preview and for a person with curl. */
export function controlDoor(control: Control): Map<string, Order> {
  return new Map<string, Order>([
    ['POST /simulator/identities', (input) => control.identity(identityOrder.parse(input))],
    ['GET /simulator/identities', () => ({ identities: control.identities() })],
    ['POST /simulator/login-codes', (input) => ({ code: control.loginCode(codeOrder.parse(input)) })],
    ['POST /simulator/phone-codes', (input) => ({ code: control.phoneCode(codeOrder.parse(input)) })],
    ['POST /simulator/subscriptions', (input) => control.answerPopup(popupOrder.parse(input))],
    [
      'POST /simulator/refusals',
      (input) => {
        control.refuseInSettings(settingsOrder.parse(input))
        return { done: true }
      },
    ],
    ['GET /simulator/messages', (_, query) => phonesOf(control, query.get('as') ?? '')],
    ['GET /simulator/templates', () => ({ templates: [...control.world.templates.values()] })],
    [
      'POST /simulator/faults',
      (input) => {
        control.breakNext(faultOrder.parse(input))
        return { done: true }
      },
    ],
    [
      'DELETE /simulator/faults',
      () => {
        control.mend()
        return { done: true }
      },
    ],
  ])
}

/** The newest hundred messages on one phone, or on all, newest first. */
export function phonesOf(control: Control, as: string) {
  const all = control.delivered({ as: as || undefined })
  return { appName: control.world.appName, total: all.length, messages: all.slice(-100).reverse() }
}
