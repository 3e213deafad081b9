import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { CompactSign, exportJWK } from 'jose'
import type { Env } from '../../../env.ts'
import { DEPTH } from '../../org/tree/rules.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { credentialOf, enveloped, keyAddress, LIST_SIZE, listAddress, statusCredentialOf } from './rules.ts'

type Keys = Pick<Env, 'BADGE_KEYS' | 'ORIGIN'>

/** What stands before the 32 bytes of an Ed25519 seed in PKCS#8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })

/** The public half of every key, the one that signs now first: what a stranger checks with. */
export async function publicKeys({ BADGE_KEYS, ORIGIN }: Keys) {
  return Promise.all(
    BADGE_KEYS.map(async ({ id, key }) => ({
      ...(await exportJWK(createPublicKey(privateKeyOf(key)))),
      kid: keyAddress(ORIGIN, id),
      alg: 'EdDSA',
      use: 'sig',
    })),
  )
}

/** Signs claims with the first key; the same claims give the same token. */
function sign(claims: object, { BADGE_KEYS, ORIGIN }: Keys) {
  const [first] = BADGE_KEYS
  if (!first) throw new Error('No key signs credentials')
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', kid: keyAddress(ORIGIN, first.id), typ: 'JWT' })
    .sign(privateKeyOf(first.key))
}

/** The certificate as a signed credential in a JSON file. It names nobody in clear. */
export async function badgeOf(certificate: CertificateRecord, keys: Keys): Promise<Buffer> {
  const schoolId = String(certificate.unitIds[DEPTH.school] ?? certificate.classId)
  const token = await sign(credentialOf({ ...certificate, schoolId }, keys.ORIGIN), keys)
  return Buffer.from(`${JSON.stringify(enveloped(token), null, 2)}\n`)
}

const zip = promisify(gzip)

/** The signed status list of a year: a bit for every certificate that was revoked or replaced. */
export async function statusList(year: number, list: number, keys: Keys, now: Date): Promise<string> {
  const first = list * LIST_SIZE + 1
  const ended = CertificateModel.find(
    {
      status: { $in: ['revoked', 'replaced'] },
      year,
      serial: { $gte: first, $lt: first + LIST_SIZE },
    },
    { serial: 1 },
  )
    .lean<{ serial: number }>()
    .cursor()
  const bits = Buffer.alloc(LIST_SIZE / 8)
  for await (const { serial } of ended) {
    const index = serial - first
    // The leftmost bit of a byte is the lower index.
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
  }
  const encoded = `u${(await zip(bits)).toString('base64url')}`
  return sign(statusCredentialOf(listAddress(keys.ORIGIN, year, list), encoded, keys.ORIGIN, now), keys)
}
