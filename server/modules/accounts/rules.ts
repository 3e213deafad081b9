import { createHash, randomBytes } from 'node:crypto'

/** How long a sign-in lasts, in days: parents open the phone rarely, the console sits in staff rooms. */
export const SESSION_DAYS = { guardian: 60, staff: 7 } as const

/** More devices than this and the oldest is signed out. */
export const MOST_SESSIONS = 10

export interface Token {
  personId: string
  secret: string
}

/** A new token `personId.secret`; only the hash of the secret is kept. */
export function mintToken(personId: string) {
  const secret = randomBytes(32).toString('base64url')
  return { token: `${personId}.${secret}`, hash: hashSecret(secret) }
}

/** The parts of a token, or null for anything that is not one of ours. */
export function readToken(text: string): Token | null {
  const [, personId, secret] = /^([0-9a-f]{24})\.([\w-]{43})$/.exec(text) ?? []
  return personId && secret ? { personId, secret } : null
}

export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest('base64url')

/** A mainland mobile number in its plain form, or null. */
export function plainPhone(text: string): string | null {
  const digits = text.replace(/^\+?86(?=1)/, '').replace(/[\s-]/g, '')
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null
}

/** First match wins: a browser names those it descends from as well, WeChat's names all of them. */
const PROGRAMS: [RegExp, string][] = [
  [/MicroMessenger|wxwork/i, '微信'],
  [/Edg(e|A|iOS)?\//, '微软浏览器'],
  [/QQBrowser/i, 'QQ浏览器'],
  [/Firefox|FxiOS/, '火狐浏览器'],
  [/Chrome|CriOS/, '谷歌浏览器'],
  [/Safari/, '苹果浏览器'],
]
const MACHINES: [RegExp, string][] = [
  [/iPad/, '苹果平板'],
  [/iPhone/, '苹果手机'],
  [/OpenHarmony|HarmonyOS/i, '鸿蒙设备'],
  [/Android.*Mobile/, '安卓手机'],
  [/Android/, '安卓平板'],
  [/Macintosh/, '苹果电脑'],
  [/Windows|Linux|CrOS/, '电脑'],
]

/** 苹果手机上的微信: what a person can recognise in a browser's own description of itself. */
export function deviceName(userAgent: string): string {
  const nameIn = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(userAgent))?.[1]
  const machine = nameIn(MACHINES)
  const program = nameIn(PROGRAMS)
  if (machine && program) return `${machine}上的${program}`
  return machine ?? program ?? '其他设备'
}
