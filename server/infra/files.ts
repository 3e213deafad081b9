import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where bytes are kept, named by their own SHA-256: what was frozen cannot be changed under its name. */
export interface FileStore {
  /** Keeps the bytes and gives their SHA-256 in hex. Harmless twice. */
  put(bytes: Buffer): Promise<string>
  /** The bytes; throws when they are missing or no longer what their name says. */
  get(sha256: string): Promise<Buffer>
  has(sha256: string): Promise<boolean>
  /** Forgets the bytes; harmless where there are none. Whoever asks knows that nobody else keeps this name. */
  remove(sha256: string): Promise<void>
}

/** Files on disk under `root`, two levels deep so that no folder grows large. */
export function diskFiles(root: string): FileStore {
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
      const path = pathOf(sha256)
      await mkdir(join(path, '..'), { recursive: true })
      const draft = `${path}.${randomUUID()}`
      const handle = await open(draft, 'wx')
      await handle.writeFile(bytes)
      await handle.sync()
      await handle.close()
      await rename(draft, path)
      return sha256
    },
    async get(sha256) {
      const bytes = await readFile(pathOf(sha256))
      if (hash(bytes) !== sha256) throw new Error(`File ${sha256} is damaged`)
      return bytes
    },
  }
}

export const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
