// Checks a downloaded credential without us: `npm run verify-badge -- badge.json jwks.json`. The keys are read from a file, or from an
// address such as https://…/.well-known/jwks.json. Ends with 1 when the signature does not fit.
import { readFile } from 'node:fs/promises'
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose'

interface Credential {
  name: string
  issuer: { id: string; name: string }
  validFrom: string
  validUntil: string
  credentialSubject: { achievement: { name: string; humanCode: string } }
  credentialStatus: { id: string }
}

const say = (line: string) => process.stdout.write(`${line}\n`)

async function keySet(place: string): Promise<JSONWebKeySet> {
  const text = /^https?:/.test(place) ? await (await fetch(place)).text() : await readFile(place, 'utf8')
  return JSON.parse(text) as JSONWebKeySet
}

/** The token inside a file: of the JSON that the phone saves, or standing there by itself. */
function tokenIn(text: string) {
  if (!text.trim().startsWith('{')) return text.trim()
  const { id = '' } = JSON.parse(text) as { id?: string }
  return id.replace(/^data:application\/vc\+jwt,/, '')
}

async function verify(file: string, keys: string) {
  const token = tokenIn(await readFile(file, 'utf8'))
  const set = createLocalJWKSet(await keySet(keys))
  try {
    const { payload } = await compactVerify(token, set, { algorithms: ['EdDSA'] })
    const it = JSON.parse(Buffer.from(payload).toString('utf8')) as Credential
    const isOver = new Date(it.validUntil) < new Date()
    say('签名有效')
    say(`编号 ${it.credentialSubject.achievement.humanCode}`)
    say(`${it.name}：${it.credentialSubject.achievement.name}`)
    say(`发证单位 ${it.issuer.name}（${it.issuer.id}）`)
    say(`有效期 ${it.validFrom} 至 ${it.validUntil}${isOver ? '，已过期' : ''}`)
    say(`是否撤销请联网查看 ${it.credentialStatus.id}`)
    return true
  } catch {
    say('签名无效：内容被改动过，或者不是用这些公钥签的')
    return false
  }
}

/** Which key a credential names, for the message when no keys were given. */
function keyOf(text: string) {
  try {
    return decodeProtectedHeader(tokenIn(text)).kid ?? ''
  } catch {
    return ''
  }
}

const [file, keys] = process.argv.slice(2)
if (!file || !keys) {
  const named = file ? keyOf(await readFile(file, 'utf8')) : ''
  say('用法：npm run verify-badge -- 电子凭证.json jwks.json')
  if (named) say(`公钥在发证平台的 ${new URL(named).origin}/.well-known/jwks.json`)
  process.exit(2)
}
process.exit((await verify(file, keys)) ? 0 : 1)
