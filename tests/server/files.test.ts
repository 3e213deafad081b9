import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginUpload, listAssets, readAsset, removeAsset, resumeUpload, saveCaptions } from '#contract/files'
import { AssetModel } from '../../server/modules/files/model.ts'
import { holdInUse } from '../../server/modules/files/service.ts'
import { sweepUploads } from '../../server/modules/files/uploads/service.ts'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { makePdf, makePhoto, makeSound, packedStream } from '../support/films.ts'
import { offsetOf, patch, upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'

/** A ClamAV daemon as far as INSTREAM goes: counts the chunks as they are announced and knows one virus. */
const scanner = createServer((socket: Socket) => {
  let heard = Buffer.alloc(0)
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk])
    if (!heard.subarray(0, 10).equals(Buffer.from('zINSTREAM\0'))) return
    let at = 10
    const parts: Buffer[] = []
    while (at + 4 <= heard.length) {
      const length = heard.readUInt32BE(at)
      if (length === 0) {
        const isBad = Buffer.concat(parts).includes(EICAR)
        socket.end(isBad ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0')
        return
      }
      parts.push(heard.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
  })
})
await new Promise<void>((done) => scanner.listen(0, '127.0.0.1', done))
afterAll(() => void scanner.close())

const world = useWorld({
  CLAMD_URL: `tcp://127.0.0.1:${(scanner.address() as AddressInfo).port}`,
  FILES_QUOTA_GB: '0.01',
})
let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

async function office() {
  const { school } = await buildBranch()
  const call = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  return { school, unitId: String(school._id), call }
}

const bytesAt = async (path: string | null) =>
  Buffer.from(await (await fetch(`${world.origin()}${path}`)).arrayBuffer())

it('takes a picture and serves it drawn anew: place and camera stay behind', async () => {
  const { call, unitId } = await office()
  const asset = await upload(world, call, unitId, { kind: 'image', name: '../../秋游.jpg', bytes: photo })

  expect(asset).toMatchObject({ status: 'ready', name: '秋游.jpg', width: 400, height: 300, problem: null })
  expect(photo.includes('SecretCamera')).toBe(true)
  const served = await bytesAt(asset.address)
  expect([served.includes('SecretCamera'), (await sharp(served).metadata()).exif]).toEqual([false, undefined])
  const response = await fetch(`${world.origin()}${asset.address}`)
  expect([
    response.headers.get('content-type'),
    response.headers.get('x-content-type-options'),
    response.headers.get('cache-control'),
  ]).toEqual(['image/jpeg', 'nosniff', 'public, max-age=31536000, immutable'])
  // The picture as it came is nowhere any more.
  expect(await readdir(join(world.deps().env.DATA_DIR, 'originals'))).toEqual([])
})

it('goes on where a broken upload stopped, by the client that the console uses', async () => {
  const { call, unitId } = await office()
  const bytes = makePdf({ pages: 3, extra: [packedStream(Buffer.alloc(300_000, 'words '))] })
  const { asset, uploadPath } = await call(beginUpload, {
    unitId,
    kind: 'pdf',
    name: '手册.pdf',
    bytes: bytes.length,
  })
  expect((await patch(world, uploadPath, 0, bytes.subarray(0, 400))).status).toBe(204)
  expect(await offsetOf(world, uploadPath)).toEqual({ status: 200, offset: 400 })

  const again = await call(resumeUpload, { assetId: asset.id })
  const seen: number[] = []
  await new Promise<void>((resolve, reject) => {
    new Upload(bytes, {
      uploadUrl: `${world.origin()}${again.uploadPath}`,
      chunkSize: 300,
      onProgress: (sent) => seen.push(sent),
      onSuccess: () => resolve(),
      onError: reject,
    }).start()
  })

  expect(Math.min(...seen)).toBeGreaterThanOrEqual(400)
  const { asset: made, originalPath } = await call(readAsset, { assetId: asset.id })
  expect(made).toMatchObject({ status: 'ready', pages: 3 })
  const original = await fetch(`${world.origin()}/api${originalPath}`)
  expect([
    Buffer.from(await original.arrayBuffer()).equals(bytes),
    original.headers.get('content-disposition')?.startsWith('attachment'),
    original.headers.get('x-content-type-options'),
  ]).toEqual([true, true, 'nosniff'])
  await expect(call(resumeUpload, { assetId: asset.id })).rejects.toMatchObject({ status: 409 })
  expect((await patch(world, uploadPath, bytes.length, Buffer.from('more'))).status).toBe(404)
})

it('lets one writer at a time add to a file, and only at its end', async () => {
  const { call, unitId } = await office()
  const bytes = makePdf()
  const { uploadPath } = await call(beginUpload, {
    unitId,
    kind: 'pdf',
    name: '手册.pdf',
    bytes: bytes.length,
  })
  const both = await Promise.all([
    patch(world, uploadPath, 0, bytes.subarray(0, 100)),
    patch(world, uploadPath, 0, bytes.subarray(0, 100)),
  ])

  expect(both.map((it) => it.status).sort()).toEqual([204, 409])
  expect((await patch(world, uploadPath, 50, bytes.subarray(50))).status).toBe(409)
  // More than was agreed on is not taken.
  expect((await patch(world, uploadPath, 100, Buffer.alloc(bytes.length * 2))).status).toBe(413)
})

it('opens an upload to nobody but the holder of its address', async () => {
  const { call, unitId } = await office()
  const { asset, uploadPath } = await call(beginUpload, { unitId, kind: 'pdf', name: 'a.pdf', bytes: 500 })
  const other = await call(beginUpload, { unitId, kind: 'pdf', name: 'b.pdf', bytes: 500 })
  const forged = uploadPath.replace(asset.id, other.asset.id)
  const part = Buffer.alloc(10)

  expect([
    (await patch(world, `/api/uploads/${asset.id}`, 0, part)).status,
    (await patch(world, forged, 0, part)).status,
    (await fetch(`${world.origin()}${uploadPath}`)).status,
    (await fetch(`${world.origin()}${uploadPath}`, { method: 'POST' })).status,
  ]).toEqual([403, 403, 404, 404])
  const disguised = await fetch(`${world.origin()}${uploadPath}`, {
    method: 'PATCH',
    headers: {
      'x-http-method-override': 'DELETE',
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(part),
  })
  expect(disguised.status).toBe(204)
  world.pass(25 * 3_600_000)
  expect((await patch(world, uploadPath, 10, part)).status).toBe(403)
})

const html = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(900))
const svg = Buffer.from(
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`.padEnd(900),
)
const ofJs = ['<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>']

/** What people and attackers send (S7): each is refused in one sentence and leaves nothing behind. */
const BAD: [string, 'image' | 'pdf' | 'video' | 'audio', () => Buffer, RegExp][] = [
  ['a page called photo.jpg', 'image', () => html, /这不是图片/],
  ['a drawing with a script', 'image', () => svg, /这不是图片/],
  ['a page called film.mp4', 'video', () => html, /这不是视频/],
  [
    'a playlist that points at other files',
    'video',
    () => Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
    /这不是视频/,
  ],
  ['a picture called sound.mp3', 'audio', () => photo, /这不是音频/],
  ['a picture that breaks off', 'image', () => photo.subarray(0, 400), /图片不完整/],
  ['a page before a PDF', 'pdf', () => Buffer.concat([html, makePdf()]), /这不是 PDF/],
  [
    'a PDF that breaks off',
    'pdf',
    () => makePdf({ extra: [packedStream(Buffer.alloc(9_000))] }).subarray(0, -12),
    /不完整/,
  ],
  ['a PDF with a program', 'pdf', () => makePdf({ extra: ofJs }), /带有程序/],
  [
    'a PDF that hides its program’s name',
    'pdf',
    () => makePdf({ extra: ofJs.map((it) => it.replace('/JavaScript /JS', '/J#61vaScript /#4aS')) }),
    /带有程序/,
  ],
  [
    'a PDF with a program in packed objects',
    'pdf',
    () => makePdf({ extra: [packedStream(Buffer.from(ofJs.join('')), '/Type /ObjStm')] }),
    /带有程序/,
  ],
  ['a PDF with a file inside', 'pdf', () => makePdf({ extra: ['<< /Type /EmbeddedFile >>'] }), /夹带/],
  ['a PDF under lock', 'pdf', () => makePdf({ extra: ['<< /Encrypt 9 0 R >>'] }), /密码/],
  [
    'a PDF that unpacks to 150 MB',
    'pdf',
    () => makePdf({ extra: [packedStream(Buffer.alloc(150_000_000))] }),
    /展开后过大/,
  ],
  [
    'a PDF that was packed twice',
    'pdf',
    () => makePdf({ extra: ['<< /Filter [/FlateDecode /FlateDecode] >>\nstream\nxx\nendstream'] }),
    /写法少见/,
  ],
  ['a PDF of 301 pages', 'pdf', () => makePdf({ pages: 301 }), /超过300页/],
  ['a PDF with a virus', 'pdf', () => makePdf({ extra: [`(${EICAR})`] }), /病毒/],
]

it.each(BAD)('refuses %s', async (_, kind, make, why) => {
  const { call, unitId } = await office()
  const { id } = await upload(world, call, unitId, { kind, name: '文件', bytes: make() })
  await workThroughAssets(world.deps())
  const { asset } = await call(readAsset, { assetId: id })

  expect(asset).toMatchObject({
    status: 'failed',
    address: null,
    problem: expect.stringMatching(why) as string,
  })
  const left = await Promise.all(
    ['uploads', 'originals', 'media/a'].map((it) => readdir(join(world.deps().env.DATA_DIR, it))),
  )
  expect(left.flat().filter((it) => it.includes(id))).toEqual([])
})

it('serves what was glued to the end of a picture to nobody', async () => {
  const { call, unitId } = await office()
  const polyglot = Buffer.concat([photo, html])
  const asset = await upload(world, call, unitId, { kind: 'image', name: 'a.jpg', bytes: polyglot })

  expect(asset.status).toBe('ready')
  expect((await bytesAt(asset.address)).includes('alert(1)')).toBe(false)
})

it('says at once what is too large, empty, or too much for the unit', async () => {
  const { call, unitId } = await office()
  const begin = (kind: 'pdf' | 'video', bytes: number) =>
    call(beginUpload, { unitId, kind, name: 'a', bytes })

  await expect(begin('pdf', 61 * 1024 ** 2)).rejects.toMatchObject({ status: 413 })
  await expect(begin('video', 2 * 1024 ** 3 + 1)).rejects.toMatchObject({ status: 413 })
  const empty = await world.send(null, 'POST', `/api/units/${unitId}/uploads`, {
    kind: 'pdf',
    name: 'a',
    bytes: 0,
  })
  expect(empty.status).toBe(401)
  await expect(begin('pdf', 9_000_000)).resolves.toBeTruthy()
  await expect(begin('pdf', 9_000_000)).rejects.toMatchObject({ status: 409 })
  expect((await call(listAssets, { unitId })).usedBytes).toBe(9_000_000)
})

it('throws away what nobody came back to, and takes up what a dying process had received', async () => {
  const { call, unitId } = await office()
  const bytes = makePdf()
  const lost = await call(beginUpload, { unitId, kind: 'pdf', name: '半份.pdf', bytes: bytes.length })
  await patch(world, lost.uploadPath, 0, bytes.subarray(0, 50))
  const whole = await upload(world, call, unitId, { kind: 'pdf', name: '整份.pdf', bytes })
  await AssetModel.updateOne({ _id: whole.id }, { status: 'uploading', leaseUntil: new Date(0) })

  world.pass(5 * 60_000)
  await sweepUploads(world.deps())
  expect((await AssetModel.findById(whole.id).lean())?.status).toBe('checking')
  expect((await AssetModel.findById(lost.asset.id).lean())?.status).toBe('uploading')
  world.pass(49 * 3_600_000)
  await sweepUploads(world.deps())
  expect(await AssetModel.findById(lost.asset.id).lean()).toBeNull()
})

it('keeps files to their unit, and what a published lesson shows in its place', async () => {
  const { call, unitId } = await office()
  const { call: stranger, unitId: theirs } = await office()
  const asset = await upload(world, call, unitId, { kind: 'image', name: 'a.jpg', bytes: photo })
  const { id: assetId } = asset

  await expect(stranger(readAsset, { assetId })).rejects.toMatchObject({ status: 404 })
  await expect(stranger(removeAsset, { assetId })).rejects.toMatchObject({ status: 404 })
  await expect(stranger(listAssets, { unitId })).rejects.toMatchObject({ status: 404 })
  expect((await stranger(listAssets, { unitId: theirs })).assets).toEqual([])
  await holdInUse([assetId])
  await expect(call(removeAsset, { assetId })).rejects.toMatchObject({ status: 409 })
  await AssetModel.updateOne({ _id: assetId }, { isInUse: false })
  await call(removeAsset, { assetId })
  expect((await fetch(`${world.origin()}${asset.address}`)).status).toBe(404)
})

it('makes a recording playable, with its true length and the words that were spoken', async () => {
  const { call, unitId } = await office()
  const { id: assetId } = await upload(world, call, unitId, {
    kind: 'audio',
    name: '睡前.mp3',
    bytes: await makeSound(8),
  })
  await workThroughAssets(world.deps())
  const { asset } = await call(readAsset, { assetId })

  expect(asset).toMatchObject({ status: 'ready', seconds: 8, progress: 100 })
  const part = await fetch(`${world.origin()}${asset.address}`, { headers: { range: 'bytes=0-99' } })
  expect([part.status, part.headers.get('content-type')]).toEqual([206, 'audio/mp4'])

  const srt =
    '1\r\n00:00:00,500 --> 00:00:02,000\r\n<b>先接住</b>，再问事\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n慢一点'
  expect((await call(saveCaptions, { assetId, text: srt })).asset.captions).toEqual([
    { from: 0.5, to: 2, text: '先接住，再问事' },
    { from: 3, to: 4, text: '慢一点' },
  ])
  await expect(call(saveCaptions, { assetId, text: '不是字幕' })).rejects.toMatchObject({ status: 400 })
})
