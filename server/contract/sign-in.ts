import * as z from 'zod/mini'
import { signedIn } from './accounts.ts'
import { done, endpoint, instant, objectId } from './endpoint.ts'
import { heldPost } from './posts.ts'

/** What the mini-program code holds; WeChat allows 32 characters, and letters that a URL leaves alone. */
const ticket = z.string().check(z.regex(/^[0-9A-Za-z]{20}$/, '这个码不对，请在电脑上刷新后再扫'))

/** Known to the browser that asked and to nobody else: the ticket alone, which anybody behind the screen can read, opens nothing. */
const browserSecret = z.string().check(z.regex(/^[\w-]{43}$/, '这个码已经过期，请刷新'))

export const beginScan = endpoint({
  access: 'public',
  summary: '控制台请求一个小程序码，用手机扫码登录',
  method: 'POST',
  path: '/sign-in/scan',
  input: z.strictObject({}),
  reply: z.object({
    ticket,
    secret: browserSecret,
    /** The picture as a data address. */
    picture: z.string(),
    expiresAt: instant,
  }),
})

export const pollScan = endpoint({
  access: 'public',
  summary: '控制台每两秒问一次：手机上确认了没有',
  method: 'POST',
  path: '/sign-in/scan/:ticket',
  input: z.strictObject({
    ticket,
    secret: browserSecret,
    totp: z.optional(z.string().check(z.regex(/^\d{6}$/, '动态验证码是6位数字'))),
  }),
  reply: z.object({
    /** `totpNeeded`: confirmed on the phone; this person's six digits are still to come. */
    state: z.enum(['waiting', 'seen', 'refused', 'totpNeeded', 'signedIn']),
    signedIn: z.nullable(z.extend(signedIn, { deviceToken: z.string() })),
  }),
})

export const openScan = endpoint({
  access: 'signedIn',
  summary: '手机扫了控制台的码：看是哪台电脑在登录',
  method: 'POST',
  path: '/me/scans/:ticket',
  input: z.strictObject({ ticket }),
  reply: z.object({
    /** 电脑上的谷歌浏览器 */
    device: z.string(),
    address: z.string(),
    /** The phone asks from the same address, as it does in the school's own network. */
    isSameNetwork: z.boolean(),
    askedAt: instant,
    expiresAt: instant,
    name: z.string(),
    posts: z.array(z.object({ post: heldPost, unitName: z.string(), isDeputy: z.boolean() })),
  }),
})

export const answerScan = endpoint({
  access: 'signedIn',
  summary: '手机上回答：是我在登录，或者不是',
  method: 'POST',
  path: '/me/scans/:ticket/answer',
  input: z.strictObject({ ticket, isMe: z.boolean() }),
  reply: done,
})

const passwordLink = z.string().check(z.regex(/^[0-9a-f]{24}\.[\w-]{43}$/, '这个链接不完整，请重新复制'))

export const readPasswordLink = endpoint({
  access: 'public',
  summary: '一次性链接是给谁设置密码的',
  method: 'POST',
  path: '/sign-in/password-link',
  input: z.strictObject({ link: passwordLink }),
  reply: z.object({ name: z.string(), loginName: z.string(), expiresAt: instant }),
})

export const setPasswordByLink = endpoint({
  access: 'public',
  summary: '凭一次性链接设置自己的新密码',
  method: 'POST',
  path: '/sign-in/password-link/password',
  input: z.strictObject({
    link: passwordLink,
    newPassword: z.string().check(z.minLength(10, '新密码至少10位'), z.maxLength(128, '新密码最多128位')),
  }),
  reply: z.object({ loginName: z.string() }),
})

export const readSignInRules = endpoint({
  access: 'staff',
  summary: '一个单位的登录规定：是否必须用动态验证码',
  method: 'GET',
  path: '/units/:unitId/sign-in-rules',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    /** This unit or one above requires six digits. */
    isTotpRequired: z.boolean(),
    /** The widest unit that requires it. */
    requiredBy: z.nullable(z.object({ unitId: objectId, unitName: z.string(), since: instant })),
    /** Console accounts here and below, and how many of them have no six digits yet. */
    accounts: z.int(),
    accountsWithoutTotp: z.int(),
    abilities: z.object({ switchOn: z.boolean(), switchOff: z.boolean() }),
  }),
})

export const setSignInRules = endpoint({
  access: 'staff',
  summary: '规定一个单位及其下级登录控制台必须用动态验证码，或取消规定',
  method: 'PUT',
  path: '/units/:unitId/sign-in-rules',
  input: z.strictObject({ unitId: objectId, isTotpRequired: z.boolean() }),
  reply: done,
})
