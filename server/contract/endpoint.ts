import * as z from 'zod/mini'

/**
 * Who may call at all; what of it they may see is decided by the room's policy.
 * `guardian` and `staff` are the role a session was opened in: a teacher who is a parent holds one at a time.
 */
export type Access = 'public' | 'signedIn' | 'guardian' | 'staff'

/** One HTTP endpoint: the server serves it, the clients call it, nobody restates it. */
export interface Endpoint<
  I extends z.ZodMiniObject = z.ZodMiniObject,
  R extends z.ZodMiniType = z.ZodMiniType,
  A extends Access = Access,
> {
  access: A
  /** One line of Chinese for the API page. */
  summary: string
  /** No PATCH: `wx.request` cannot send it. */
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path with `:name` segments; each name is a key of `input`. */
  path: `/${string}`
  /** Everything the caller says: path segments, query and body alike. Always a `z.strictObject`. */
  input: I
  /** What goes over the wire. A key that is not listed here never leaves the server. */
  reply: R
  /** Open to everybody, and whoever is signed in gets their own: clients say who asks where they know it, and open no session for it. */
  isPersonal?: true
  /** Open to who has to set up the six digits first; everything else waits until that is done. */
  beforeTotp?: true
  /** Open to who signed in with a first password, which others have seen, and has to set one of their own. */
  beforeOwnPassword?: true
}

export const endpoint = <I extends z.ZodMiniObject, R extends z.ZodMiniType, const A extends Access>(
  spec: Endpoint<I, R, A>,
) => spec

export const objectId = z.string().check(z.regex(/^[0-9a-f]{24}$/, '编号不对'))

/** An instant, UTC. */
export const instant = z.iso.datetime()

/** A calendar day `YYYY-MM-DD` in Asia/Shanghai. */
export const day = z.iso.date()

/** A whole number that also arrives as text in a query. */
export const whole = (least: number, most: number) =>
  z.coerce.number<number | string>().check(z.int(), z.gte(least), z.lte(most))

/** Text a person typed: trimmed, not empty, bounded. */
export const words = (what: string, most: number) =>
  z
    .string(`请填写${what}`)
    .check(z.trim(), z.minLength(1, `请填写${what}`), z.maxLength(most, `${what}最多${most}个字`))

/** The reply of an order that has nothing more to say. */
export const done = z.object({ done: z.literal(true) })
