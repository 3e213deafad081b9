import yauzl from 'yauzl'

/** More parts than any document of a school office has. */
const MOST_ENTRIES = 1_000
/** A district's roster of 200,000 rows unpacks to about 150 MB. */
const MOST_BYTES = 400_000_000
/** Sheets of text shrink to a tenth or a twentieth; a bomb to a thousandth (measured: 1.1 MB of 392 MB). */
const MOST_RATIO = 100
const RATIO_MATTERS_FROM = 20_000_000

export type ZipTrouble = 'notZip' | 'damaged' | 'manyParts' | 'tooLarge'

/** Why an archive is not read; whoever asked for it knows the sentence. */
export class ZipRefused extends Error {
  readonly trouble: ZipTrouble
  constructor(trouble: ZipTrouble) {
    super(trouble)
    this.trouble = trouble
  }
}

export type Zip = Awaited<ReturnType<typeof yauzl.openPromise>>

const notZip = () => {
  throw new ZipRefused('notZip')
}
export const openZip = (path: string): Promise<Zip> =>
  yauzl.openPromise(path, { autoClose: false }).catch(notZip)
export const zipIn = (bytes: Buffer): Promise<Zip> => yauzl.fromBufferPromise(bytes).catch(notZip)

/** Gives whoever watches a part its bytes as they are unpacked. */
export type Watch = (name: string) => ((chunk: Buffer) => void) | undefined

/**
 * Unpacks an archive into nothing, counting: what it says of its own sizes is not believed. Refuses what has too many parts
 * or grows too large (S4). Names that lead out of the archive are refused by the reader.
 */
export async function unpackAll(zip: Zip, watch: Watch): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>()
  let total = 0
  for await (const entry of orDamaged(zip.eachEntry())) {
    if (entries.size >= MOST_ENTRIES) throw new ZipRefused('manyParts')
    entries.set(entry.fileName, entry)
    if (entry.fileName.endsWith('/')) continue
    const see = watch(entry.fileName)
    let bytes = 0
    for await (const chunk of chunksOf(zip, entry)) {
      bytes += chunk.length
      const ratio = bytes / Math.max(entry.compressedSize, 1)
      if (total + bytes > MOST_BYTES || (bytes > RATIO_MATTERS_FROM && ratio > MOST_RATIO)) {
        throw new ZipRefused('tooLarge')
      }
      see?.(chunk)
    }
    total += bytes
  }
  return entries
}

async function* chunksOf(zip: Zip, entry: yauzl.Entry): AsyncGenerator<Buffer> {
  const stream = await zip.openReadStreamPromise(entry).catch(() => {
    throw new ZipRefused('damaged')
  })
  yield* orDamaged(stream as AsyncIterable<Buffer>)
}

/** What breaks while it is read is damaged. */
async function* orDamaged<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await items.next().catch(() => {
        throw new ZipRefused('damaged')
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    await items.return?.()
  }
}
