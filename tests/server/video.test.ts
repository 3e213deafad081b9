import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { readAsset } from '#contract/files'
import { look } from '../../server/infra/engines/process.ts'
import { sizesOf } from '../../server/infra/video/encode.ts'
import { AssetModel } from '../../server/modules/files/model.ts'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { makeFilm, makeSound } from '../support/films.ts'
import { processEnv } from '../support/process.ts'
import { upload, uploadMade } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
let film: Buffer
let small: Buffer
beforeAll(async () => {
  film = await makeFilm({ seconds: 14 })
  small = await makeFilm({ seconds: 20, size: '640x360' })
})

async function office() {
  const { school } = await buildBranch()
  const call = await world.as(await buildStaff(school, 'lecturer'), 'staff')
  return { unitId: String(school._id), call }
}

const textAt = async (path: string) => (await fetch(`${world.origin()}${path}`)).text()
const madeDir = () => join(world.deps().env.DATA_DIR, 'media/a')

it('makes a film playable in two sizes whose segments begin at the same seconds', async () => {
  const { call, unitId } = await office()
  const asset = await uploadMade(world, call, unitId, { kind: 'video', name: '第一课.mp4', bytes: film })

  expect(asset).toMatchObject({ status: 'ready', seconds: 14, width: 1280, height: 720, progress: 100 })
  const master = asset.address ?? ''
  const folder = master.slice(0, master.lastIndexOf('/'))
  const lists = (await textAt(master)).split('\n').filter((it) => it.endsWith('.m3u8'))
  const playlists = await Promise.all(lists.map((it) => textAt(`${folder}/${it}`)))
  const cuts = playlists.map((it) =>
    [...it.matchAll(/#EXTINF:([\d.]+)/g)].map(([, s]) => Math.round(Number(s))),
  )
  expect([lists, cuts]).toEqual([
    ['0/list.m3u8', '1/list.m3u8'],
    [
      [6, 6, 2],
      [6, 6, 2],
    ],
  ])

  const segment = await fetch(`${world.origin()}${folder}/0/0.ts`, { headers: { range: 'bytes=0-187' } })
  const first = Buffer.from(await segment.arrayBuffer())
  expect([segment.status, segment.headers.get('content-type'), segment.headers.get('cache-control')]).toEqual(
    [206, 'video/mp2t', 'public, max-age=31536000, immutable'],
  )
  expect([first.length, first[0]]).toEqual([188, 0x47])
  expect((await fetch(`${world.origin()}${asset.poster}`)).headers.get('content-type')).toBe('image/jpeg')
  expect((await fetch(`${world.origin()}${folder}/..%2f..%2f..%2foriginals%2f${asset.id}`)).status).toBe(404)
})

it('offers no size larger than the film came in, and an upright one upright', () => {
  const shape = (width: number, height: number) =>
    sizesOf({ width, height }).map((it) => [it.width, it.height])

  expect(shape(1920, 1080)).toEqual([
    [640, 360],
    [1280, 720],
  ])
  expect(shape(854, 480)).toEqual([[640, 360]])
  expect(shape(320, 241)).toEqual([[318, 240]])
  expect(shape(1080, 1920)).toEqual([
    [360, 640],
    [720, 1280],
  ])
})

it.each([
  ['a film that breaks off', 'video', () => film.subarray(0, film.length / 2), /视频不完整/],
  ['sound alone as a film', 'video', () => makeSound(3), /这不是视频|没有画面/],
  [
    'half a recording of nothing',
    'audio',
    () => Buffer.concat([Buffer.from('ID3'), Buffer.alloc(400)]),
    /这不是音频|音频不完整/,
  ],
] as const)('refuses %s in one sentence', async (_, kind, make, why) => {
  const { call, unitId } = await office()
  const asset = await uploadMade(world, call, unitId, {
    kind,
    name: '第一课.mp4',
    bytes: Buffer.from(await make()),
  })

  expect([asset.status, asset.problem]).toEqual(['failed', expect.stringMatching(why)])
  const kept = await AssetModel.findById(asset.id).lean()
  expect(await readdir(madeDir())).not.toContain(kept?.key)
})

const encoders = async () => {
  const pids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it)).map(Number)
  return pids.filter((pid) => look(pid)?.command.includes(world.deps().env.DATA_DIR))
}

it(
  'is taken up again after its worker was killed: the encoder goes, nothing half-made is served',
  { timeout: 60_000 },
  async () => {
    const { call, unitId } = await office()
    const long = await makeFilm({ seconds: 36, size: '640x360' })
    const { id: assetId } = await upload(world, call, unitId, {
      kind: 'video',
      name: '长课.mp4',
      bytes: long,
    })
    const { MONGO_URL, REDIS_URL, DATA_DIR } = world.deps().env
    const env = processEnv({ NODE_ENV: 'test', PORT: '0', MONGO_URL, REDIS_URL, DATA_DIR })
    const victim = spawn(process.execPath, ['tests/support/file-worker.ts'], { stdio: 'ignore', env })
    await expect
      .poll(async () => (await encoders()).length, { timeout: 30_000, interval: 20 })
      .toBeGreaterThan(0)
    victim.kill('SIGKILL')
    await once(victim, 'exit')

    await expect.poll(async () => (await encoders()).length, { timeout: 15_000 }).toBe(0)
    expect((await call(readAsset, { assetId })).asset).toMatchObject({ status: 'working', address: null })
    await workThroughAssets(world.deps())
    expect((await call(readAsset, { assetId })).asset.status).toBe('working')

    // The dead worker's lease runs out by itself after a minute.
    await AssetModel.updateOne({ _id: assetId }, { leaseUntil: new Date(0) })
    await workThroughAssets(world.deps())
    expect((await call(readAsset, { assetId })).asset).toMatchObject({ status: 'ready', seconds: 36 })
    expect((await readdir(madeDir())).filter((it) => it.startsWith('.work'))).toEqual([])
  },
)

it('stops when its worker is asked to go, and is there for the next one at once', async () => {
  const { call, unitId } = await office()
  const { id: assetId } = await upload(world, call, unitId, {
    kind: 'video',
    name: '第一课.mp4',
    bytes: small,
  })
  const leaving = new AbortController()
  const working = workThroughAssets(world.deps(), leaving.signal)
  await expect
    .poll(async () => (await encoders()).length, { timeout: 15_000, interval: 10 })
    .toBeGreaterThan(0)
  leaving.abort()
  await working

  expect(await AssetModel.findById(assetId).lean()).toMatchObject({ status: 'waiting', attempts: 0 })
  await workThroughAssets(world.deps())
  expect((await call(readAsset, { assetId })).asset.status).toBe('ready')
})

it('is made once when two workers look at the same moment', async () => {
  const { call, unitId } = await office()
  const { id: assetId } = await upload(world, call, unitId, {
    kind: 'audio',
    name: '睡前.mp3',
    bytes: await makeSound(3),
  })
  await Promise.all([1, 2, 3].map(() => workThroughAssets(world.deps())))

  expect(await AssetModel.findById(assetId).lean()).toMatchObject({ status: 'ready', attempts: 1 })
})
