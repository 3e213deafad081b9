import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

export interface FieldCrypto {
  /** Text → `keyId.iv.tag.data`, base64url, AES-256-GCM. */
  seal(text: string): string
  /** Throws when the sealed text was altered or its key is unknown. */
  open(sealed: string): string
  /** Whether the current key sealed it; false for a text that an older key sealed. */
  isCurrent(sealed: string): boolean
  /** Bytes of a file, sealed as a whole: `JXF1`, the key's id, iv, tag and data. */
  sealBytes(bytes: Buffer): Buffer
  /** The bytes again; what was never sealed stays as it is. Throws as `open` does. */
  openBytes(sealed: Buffer): Buffer
  isCurrentBytes(sealed: Buffer): boolean
  /** The same text always gives the same index, and nothing can be read back from it. */
  index(text: string): string
}

/** What a sealed file begins with: no PDF, no picture and no table does. */
const MAGIC = Buffer.from('JXF1')

/** Which key sealed these bytes; null for bytes that nobody has. */
function keyIdOf(sealed: Buffer): string | null {
  if (!sealed.subarray(0, MAGIC.length).equals(MAGIC)) return null
  const length = sealed[MAGIC.length] ?? 0
  return sealed.subarray(MAGIC.length + 1, MAGIC.length + 1 + length).toString()
}

/** Encrypts single fields. The first key seals; the others still open what they sealed, until a job has sealed it anew. */
export function fieldCrypto(keys: { id: string; key: Buffer }[], indexKey: Buffer): FieldCrypto {
  const [current] = keys
  if (!current) throw new Error('FIELD_KEYS names no key')
  const byId = new Map(keys.map(({ id, key }) => [id, key]))

  return {
    seal(text) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(current.id))
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [current.id, ...[iv, cipher.getAuthTag(), data].map((it) => it.toString('base64url'))].join('.')
    },
    open(sealed) {
      const [id = '', iv = '', tag = '', data = ''] = sealed.split('.')
      const key = byId.get(id)
      if (!key) throw new Error(`No field key ${id}`)
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
        .setAAD(Buffer.from(id))
        .setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(data, 'base64url')), decipher.final()]).toString(
        'utf8',
      )
    },
    sealBytes(bytes) {
      const iv = randomBytes(12)
      const id = Buffer.from(current.id)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(id)
      const data = Buffer.concat([cipher.update(bytes), cipher.final()])
      return Buffer.concat([MAGIC, Buffer.from([id.length]), id, iv, cipher.getAuthTag(), data])
    },
    openBytes(sealed) {
      const id = keyIdOf(sealed)
      if (id === null) return sealed
      const key = byId.get(id)
      if (!key) throw new Error(`No field key ${id}`)
      const at = MAGIC.length + 1 + Buffer.byteLength(id)
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(at, at + 12))
        .setAAD(Buffer.from(id))
        .setAuthTag(sealed.subarray(at + 12, at + 28))
      return Buffer.concat([decipher.update(sealed.subarray(at + 28)), decipher.final()])
    },
    isCurrentBytes: (sealed) => keyIdOf(sealed) === current.id,
    isCurrent: (sealed) => sealed.startsWith(`${current.id}.`),
    index: (text) => createHmac('sha256', indexKey).update(text).digest('base64url'),
  }
}

/** `13812345678` → `138****5678` */
export const maskPhone = (phone: string) => phone.replace(/^(\d{3})\d+(\d{4})$/, '$1****$2')

/** 张三 → 张*, 欧阳小明 → 欧***: the first character and as many stars as are left. */
export const maskName = (name: string) => {
  const [first = '', ...rest] = name
  return first + '*'.repeat(Math.max(rest.length, 1))
}
