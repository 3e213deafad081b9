import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FieldCrypto } from './field-crypto.ts'

/** Where bytes are kept, named by their own SHA-256: what was frozen cannot be changed under its name. */
export interface FileStore {
  /** Keeps the bytes and gives their SHA-256 in hex. Harmless twice. */
  put(bytes: Buffer): Promise<string>
  /** The bytes; throws when they are missing or no longer what their name says. */
  get(sha256: string): Promise<Buffer>
  has(sha256: string): Promise<boolean>
  /** Forgets the bytes; harmless where there are none. Whoever asks knows that nobody else keeps this name. */
  remove(sha256: string): Promise<void>
  /** Seals what an older key has sealed, or nobody, with the key of today. Harmless twice. */
  reseal(): Promise<{ seen: number; renewed: number }>
}

/**
 * Files on disk under `root`, two levels deep so that no folder grows large. They are sealed: signatures and names stand in
 * them. The name is the SHA-256 of what was put in, whichever key has sealed it.
 */
export function diskFiles(
  root: string,
  fields: Pick<FieldCrypto, 'sealBytes' | 'openBytes' | 'isCurrentBytes'>,
): FileStore {
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('Not a SHA-256')
    return join(root, sha256.slice(0, 2), sha256)
  }
  const has = (sha256: string) =>
    stat(pathOf(sha256)).then(
      () => true,
      () => false,
    )

  return {
    has,
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    async put(bytes) {
      const sha256 = hash(bytes)
      if (await has(sha256)) return sha256
      await write(pathOf(sha256), fields.sealBytes(bytes))
      return sha256
    },
    async get(sha256) {
      const bytes = fields.openBytes(await readFile(pathOf(sha256)))
      if (hash(bytes) !== sha256) throw new Error(`File ${sha256} is damaged`)
      return bytes
    },
    async reseal() {
      const sum = { seen: 0, renewed: 0 }
      const folders = await readdir(root).catch(() => [])
      for (const folder of folders.filter((it) => /^[0-9a-f]{2}$/.test(it))) {
        const names = await readdir(join(root, folder))
        for (const name of names.filter((it) => /^[0-9a-f]{64}$/.test(it))) {
          const path = pathOf(name)
          const sealed = await readFile(path).catch(() => null)
          if (!sealed) continue // removed meanwhile
          sum.seen++
          if (fields.isCurrentBytes(sealed)) continue
          await write(path, fields.sealBytes(fields.openBytes(sealed)))
          sum.renewed++
        }
      }
      return sum
    },
  }
}

/** On the disk as a whole or not at all. */
async function write(path: string, bytes: Buffer) {
  await mkdir(join(path, '..'), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  const handle = await open(draft, 'wx')
  await handle.writeFile(bytes)
  await handle.sync()
  await handle.close()
  await rename(draft, path)
}

export const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
