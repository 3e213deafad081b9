import { createHash, createHmac } from 'node:crypto'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** RFC 3986: what `encodeURIComponent` leaves alone and the signature does not. */
export const percent = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)

/** A query in the order in which it is signed. */
export const sortedQuery = (values: Record<string, string>) =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${percent(key)}=${percent(value)}`)
    .join('&')

export interface Signed {
  method: string
  query: string
  body: string
  /** In lower case; exactly those that are signed. */
  headers: Record<string, string>
}

function canonical({ method, query, body, headers }: Signed) {
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
  const signedHeaders = names.join(';')
  return { text: [method, '/', query, lines, signedHeaders, sha256(body)].join('\n'), signedHeaders }
}

/** Alibaba Cloud, V3: ACS3-HMAC-SHA256. */
export function signAcs3(request: Signed, { id, secret }: { id: string; secret: string }) {
  const { text, signedHeaders } = canonical(request)
  const signature = hmac(secret, `ACS3-HMAC-SHA256\n${sha256(text)}`).toString('hex')
  return `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=${signedHeaders},Signature=${signature}`
}

/** Tencent Cloud: TC3-HMAC-SHA256, with a key for the day and the service. */
export function signTc3(
  request: Signed,
  { id, secret }: { id: string; secret: string },
  { service, seconds }: { service: string; seconds: number },
) {
  const { text, signedHeaders } = canonical(request)
  const day = new Date(seconds * 1000).toISOString().slice(0, 10)
  const scope = `${day}/${service}/tc3_request`
  const key = hmac(hmac(hmac(`TC3${secret}`, day), service), 'tc3_request')
  const toSign = ['TC3-HMAC-SHA256', String(seconds), scope, sha256(text)].join('\n')
  const signature = hmac(key, toSign).toString('hex')
  return `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

export const hashOf = sha256
