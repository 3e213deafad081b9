import { randomBytes } from 'node:crypto'

/** WeChat's own words to the codes that the simulator answers. */
const WORDS: Record<number, string> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40037: 'invalid template_id',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  40226: 'high risk user, blocked',
  41001: 'access_token missing',
  41030: 'invalid page',
  42001: 'access_token expired',
  43002: 'require POST method',
  43101: 'user refuse to accept the msg',
  43108: 'concurrent sending to one openid',
  44002: 'empty post data',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  48001: 'api unauthorized',
  61010: 'code is expired',
}

/** An error code as WeChat answers it: HTTP 200, a code, words and a request id. */
export class Refused extends Error {
  readonly errcode: number

  constructor(errcode: number, words = WORDS[errcode] ?? 'error') {
    super(words)
    this.errcode = errcode
  }

  toJSON() {
    const rid = [4, 4, 4].map((bytes) => randomBytes(bytes).toString('hex')).join('-')
    return { errcode: this.errcode, errmsg: `${this.message} rid: ${rid}` }
  }
}
