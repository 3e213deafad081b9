import { mkdir, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { toHls } from '../../server/infra/video/encode.ts'
import { probe } from '../../server/infra/video/probe.ts'
import { makeFilm } from '../support/films.ts'
import { quantile } from './load.ts'

export const FILM_LINE = 'hls first segment'
/** As many people as begin a lesson in the same second. */
const VIEWERS = 8
const KEY = 'f'.repeat(32)

interface Started {
  /** From asking for the first segment to its first byte, and from the first playlist to its last byte. */
  firstByteMs: number
  totalMs: number
}

/**
 * A phone that begins a film: playlist, list of its size, first segment; beside a server that does nothing but send files.
 * Both by turns; the ratio is the median of the rounds' own.
 */
export async function filmLine(
  origins: Record<'product' | 'bare', string>,
  dataDir: string,
  { rounds, burstMs, say }: { rounds: number; burstMs: number; say: (line: string) => void },
) {
  await makeStream(dataDir)
  const results: Record<'product' | 'bare', Result>[] = []
  for (const side of ['product', 'bare'] as const) await view(origins[side], burstMs * 2)
  for (let round = 0; round < rounds; round++) {
    const seen: Record<'product' | 'bare', Started[]> = { product: [], bare: [] }
    for (const side of ['product', 'bare', 'bare', 'product'] as const) {
      seen[side].push(...(await view(origins[side], burstMs)))
    }
    const result = { product: resultOf(seen.product), bare: resultOf(seen.bare) }
    say(`  ${FILM_LINE}：${result.product.totalMs.toFixed(1)} / ${result.bare.totalMs.toFixed(1)} 毫秒`)
    results.push(result)
  }
  const median = (pick: (it: (typeof results)[number]) => number) =>
    Number(quantile(results.map(pick), 0.5).toFixed(2))
  return {
    name: FILM_LINE,
    firstByteMs: median((it) => it.product.firstByteMs),
    totalMs: median((it) => it.product.totalMs),
    bareFirstByteMs: median((it) => it.bare.firstByteMs),
    bareTotalMs: median((it) => it.bare.totalMs),
    ratio: median((it) => it.bare.totalMs / it.product.totalMs),
  }
}

type Result = Started
const resultOf = (seen: Started[]): Result => ({
  firstByteMs: quantile(
    seen.map((it) => it.firstByteMs),
    0.5,
  ),
  totalMs: quantile(
    seen.map((it) => it.totalMs),
    0.5,
  ),
})

async function makeStream(dataDir: string) {
  const source = join(dataDir, 'film.mp4')
  await mkdir(dataDir, { recursive: true })
  await writeFile(source, await makeFilm({ seconds: 12, size: '640x360' }))
  await toHls(source, join(dataDir, 'media/a', KEY), await probe(source, 'video'))
}

async function view(origin: string, forMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: VIEWERS })
  const until = performance.now() + forMs
  const seen: Started[] = []
  const viewer = async () => {
    while (performance.now() < until) {
      const begunAt = performance.now()
      for (const name of ['film.m3u8', '0/list.m3u8'])
        await fetched(`${origin}/media/a/${KEY}/${name}`, agent)
      const askedAt = performance.now()
      const firstByteAt = await fetched(`${origin}/media/a/${KEY}/0/0.ts`, agent)
      seen.push({ firstByteMs: firstByteAt - askedAt, totalMs: performance.now() - begunAt })
    }
  }
  await Promise.all(Array.from({ length: VIEWERS }, viewer))
  agent.destroy()
  return seen
}

/** Reads the whole of it and gives the moment its first byte came. */
const fetched = (address: string, agent: Agent) =>
  new Promise<number>((resolve, reject) => {
    get(address, { agent }, (response) => {
      let firstByteAt = 0
      if (response.statusCode !== 200) reject(new Error(`${address} answered ${response.statusCode}`))
      response.on('data', () => (firstByteAt ||= performance.now()))
      response.once('error', reject)
      response.once('end', () => resolve(firstByteAt))
    }).once('error', reject)
  })
