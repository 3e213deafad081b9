import { expect, it } from 'vitest'
import { beginUpload, readAsset } from '#contract/files'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { makeFilm } from '../support/films.ts'
import { scaled } from '../support/scale.ts'
import { offsetOf } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ FILES_QUOTA_GB: '3' })
const MB = 1024 ** 2
const PIECE = 32 * MB

/** So many bytes of a film that plays: a short one, and behind it a box of nothing, as an editor leaves room in a file. */
function longFilm(film: Buffer, bytes: number) {
  const head = Buffer.alloc(16)
  head.writeUInt32BE(1)
  head.write('free', 4, 'latin1')
  head.writeBigUInt64BE(BigInt(bytes - film.length), 8)
  const front = Buffer.concat([film, head])
  /** From one byte to another, in chunks, made as they are asked for. */
  return function* (from: number, to: number) {
    for (let at = from; at < to;) {
      const length = Math.min(MB, to - at)
      const chunk = Buffer.alloc(length, 7)
      if (at < front.length) front.copy(chunk, 0, at, Math.min(front.length, at + length))
      yield chunk
      at += length
    }
  }
}

it(
  'takes the largest film in pieces over a line that breaks, and never holds it in memory',
  { timeout: 240_000 },
  async () => {
    const bytes = scaled(2 * 1024 ** 3, 200 * MB)
    const { school } = await buildBranch()
    const call = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    const chunks = longFilm(await makeFilm({ seconds: 6, size: '320x180' }), bytes)
    const { asset, uploadPath } = await call(beginUpload, {
      unitId: String(school._id),
      kind: 'video',
      name: '家长课堂.mp4',
      bytes,
    })

    const before = process.memoryUsage().rss
    let [offset, peak, breaks] = [0, before, 0]
    while (offset < bytes) {
      const isBroken = breaks < 2 && offset > (bytes * (breaks + 1)) / 3
      const end = Math.min(bytes, offset + PIECE)
      const line = new AbortController()
      const body = new ReadableStream({
        start: (sink) =>
          void (async () => {
            let sent = 0
            for (const chunk of chunks(offset, end)) {
              sink.enqueue(chunk)
              sent += chunk.length
              if (isBroken && sent > PIECE / 2) return line.abort()
              if (sent % (4 * MB) === 0) await new Promise(setImmediate)
            }
            sink.close()
          })(),
      })
      const headers = {
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      }
      const init = { method: 'PATCH', headers, body, duplex: 'half', signal: line.signal } as RequestInit
      const status = await fetch(`${world.origin()}${uploadPath}`, init).then(
        (it) => it.status,
        () => 0,
      )
      if (isBroken) breaks++
      peak = Math.max(peak, process.memoryUsage().rss)
      if (end === bytes && status === 204) break
      // What arrived of a broken piece stays; the client asks how far it got, as tus says.
      offset = (await offsetOf(world, uploadPath)).offset
    }
    await workThroughAssets(world.deps())

    const { asset: made } = await call(readAsset, { assetId: asset.id })
    expect(made).toMatchObject({ status: 'ready', seconds: 6, bytes })
    expect(breaks).toBe(2)
    const grown = Math.round((peak - before) / MB)
    process.stdout.write(`a film of ${bytes / MB} MB, ${breaks} breaks: memory grew by ${grown} MB at most\n`)
    expect(grown).toBeLessThanOrEqual(200)
  },
)
