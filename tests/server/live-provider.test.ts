import { mkdtempSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { builtinLive } from '../../server/infra/live/builtin.ts'
import { noLive } from '../../server/infra/live/none.ts'
import type { LiveProvider } from '../../server/infra/live/provider.ts'
import { remoteLive } from '../../server/infra/live/remote.ts'
import { startLiveSimulator } from '../../server/scripts/simulator/live.ts'

const FILM = 'content/courses/grade1/01-first-month/video.mp4'
const KEY = 'a-key-of-the-live-service'
const log = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-live-'))
const builtin = builtinLive({ film: FILM, dir: folder, path: '/live-media', secret: Buffer.from('secret') })
let simulator: Awaited<ReturnType<typeof startLiveSimulator>>

beforeAll(async () => {
  simulator = await startLiveSimulator({ port: 0, key: KEY, film: FILM })
})
afterAll(async () => {
  await builtin.close()
  await simulator.stop()
})
beforeEach(() => {
  Object.assign(simulator.control, { troubles: [], recording: 'ready', waits: 0, asked: [] })
})

const remote = (key = KEY) => remoteLive({ baseUrl: simulator.url, key, log })

describe.each<[string, () => LiveProvider]>([
  ['the built-in service', () => builtin],
  ['a service over HTTP', () => remote()],
])('%s', (_, provider) => {
  it('opens one stream for a class however often it is asked, ends it, and hands over the recording', async () => {
    const live = provider()
    const first = await live.open('class1', '云课堂')
    const again = await live.open('class1', '云课堂')
    expect(again).toEqual(first)
    expect(first.playAddress).toMatch(/\.m3u8$/)
    const target = join(folder, `${_.length}.mp4`)
    expect(await live.record(first.streamId, target)).toBe(false)
    await live.end(first.streamId)
    await live.end(first.streamId)

    expect(await live.record(first.streamId, target)).toBe(true)
    expect((await stat(target)).size).toBeGreaterThan(1_000)
  }, 30_000)
})

it('plays the film into segments that a phone can play at once', async () => {
  const { streamId } = await builtin.open('class2', '')
  const list = await readFile(join(folder, streamId, 'list.m3u8'), 'utf8')
  expect(list).toContain('#EXT-X-PLAYLIST-TYPE:EVENT')
  await builtin.end(streamId)
}, 30_000)

describe('what a service over HTTP gets wrong', () => {
  it.each([
    ['a wrong key', [], 'other-key-that-is-long', '没有接受平台的账号', false],
    ['too many streams', [429], KEY, '同时直播的课太多', true],
    ['a server that fails twice', [500, 503], KEY, '出了问题', true],
    ['a line that is cut twice', ['silence', 'silence'], KEY, '暂时连不上', true],
    ['an answer nobody can read', ['nonsense'], KEY, '读不懂', false],
  ] as const)('%s is said in words', async (_, troubles, key, message, isPassing) => {
    simulator.control.troubles = [...troubles]
    await expect(remote(key).open('class3', '')).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      isPassing,
    })
  })

  it.each([['silence' as const], [502]])('%s once is tried again unseen', async (trouble) => {
    simulator.control.troubles = [trouble]
    expect((await remote().open('class4', '')).streamId).toBe('sclass4')
  })

  it('a recording may take its time, never come, or have gone', async () => {
    simulator.control.waits = 1
    const { streamId } = await remote().open('class5', '')
    await remote().end(streamId)
    const target = join(folder, 'five.mp4')
    expect(await remote().record(streamId, target)).toBe(false)
    simulator.control.recording = 'gone'
    await expect(remote().record(streamId, target)).rejects.toMatchObject({ isPassing: true })
    simulator.control.recording = 'none'
    expect(await remote().record(streamId, target)).toBeNull()
  })
})

it('refuses where there is no service', async () => {
  await expect(noLive().open('class6', '')).rejects.toMatchObject({
    message: expect.stringContaining('还没有接入') as string,
  })
})
