import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AssetKind, beginUpload, listAssets, OFFICE, readAsset } from '#contract/files'
import * as writing from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { openMyStaffLetter } from '#contract/staff-letters'
import { AssetModel } from '../../server/modules/files/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { hashText } from '../../server/modules/letters/rules.ts'
import { buildStaff } from '../support/build.ts'
import { makePdf, makePhoto } from '../support/films.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { makeOffice } from '../support/office.ts'
import { upload } from '../support/uploading.ts'
import { type Refused, useWorld } from '../support/world.ts'

const world = useWorld()
const { kind: _kind, ...words } = DRAFT
let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const statusOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 200,
    (error: Refused) => error.status,
  )

/** A teacher's draft to their own class, and what a browser does with files. */
async function begin() {
  const here = await buildClass(world)
  const call = await world.as(here.teacher, 'staff')
  const unitId = String(here.klass._id)
  const said = { ...DRAFT, unitId, requestId: newRequest(), audience: [unitId] }
  const { id: letterId } = await call(letters.createLetter, said)
  const send = (kind: AssetKind, name: string, bytes: Buffer) =>
    upload(world, call, unitId, { kind, name, bytes, isForLetter: true })
  return {
    ...here,
    call,
    unitId,
    letterId,
    send,
    attach: async (assetId: string) => call(writing.attachFile, { letterId, assetId }),
    save: (body: string) => call(letters.updateLetter, { ...words, letterId, audience: [unitId], body }),
    out: () => call(letters.queueLetter, { letterId, sendAt: null }),
  }
}

const fetched = async (link: string) => {
  const response = await fetch(`${world.origin()}/api${link}`)
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

describe('attachments', () => {
  it('go from the console to the family, byte for byte, and are part of what is signed', async () => {
    const { call, letterId, send, attach, out, mother, zhang, unitId } = await begin()
    const pdf = makePdf({ pages: 2 })
    const asset = await send('pdf', '../../春游 "须知".docx', pdf)
    // It has no open address, and stands among the unit's files for nobody.
    expect([asset.status, asset.address]).toEqual(['ready', null])
    expect((await call(listAssets, { unitId })).assets).toEqual([])

    const draft = await attach(asset.id)
    expect(draft.attachments).toEqual([
      { id: asset.id, name: '春游 _须知_.pdf', kind: 'pdf', bytes: pdf.length, sha256: sha256(pdf) },
    ])
    // The bytes lie sealed in the store and nowhere else.
    expect(await AssetModel.findById(asset.id)).toBeNull()
    const { DATA_DIR } = world.deps().env
    expect((await readdir(join(DATA_DIR, 'originals'))).includes(asset.id)).toBe(false)
    const hash = sha256(pdf)
    expect((await readFile(join(DATA_DIR, 'files', hash.slice(0, 2), hash))).includes('%PDF-')).toBe(false)

    const sent = await out()
    const record = await LetterModel.findById(letterId).lean()
    expect(sent.textHash).toBe(hashText(record as never))
    expect(sent.textHash).not.toBe(hashText({ ...(record as never as object), attachments: [] } as never))

    const guardian = await world.as(mother, 'guardian')
    const mine = { studentId: String(zhang._id), letterId }
    const opened = await guardian(letters.openMyLetter, mine)
    expect(opened.attachments?.map((it) => it.name)).toEqual(['春游 _须知_.pdf'])
    const { link, name } = await guardian(writing.readMyAttachment, { ...mine, attachmentId: asset.id })
    const got = await fetched(link)
    expect([name, got.status, sha256(got.bytes)]).toEqual(['春游 _须知_.pdf', 200, hash])
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    expect(got.headers.get('cache-control')).toBe('private, no-store')
  })

  it('may be documents of Word, Excel and PowerPoint, each served as what it is', async () => {
    const { call, letterId, unitId, send, attach, out, mother, zhang } = await begin()
    for (const format of OFFICE) {
      const asset = await send('document', `../春游.${format}m.exe`, await makeOffice(format))
      expect([asset.status, asset.address]).toEqual(['ready', null])
      await attach(asset.id)
    }
    await out()
    const guardian = await world.as(mother, 'guardian')
    const mine = { studentId: String(zhang._id), letterId }
    const { attachments = [] } = await guardian(letters.openMyLetter, mine)
    expect(attachments.map((it) => [it.name, it.kind])).toEqual(OFFICE.map((it) => [`春游.${it}m.${it}`, it]))
    for (const { id, kind } of attachments) {
      const { link } = await guardian(writing.readMyAttachment, { ...mine, attachmentId: id })
      const { headers, bytes } = await fetched(link)
      expect(headers.get('content-type')).toContain('application/vnd.openxmlformats-officedocument.')
      expect(headers.get('content-disposition')).toMatch(new RegExp(`^attachment; .*${kind}$`))
      expect([headers.get('x-content-type-options'), bytes.length > 0]).toEqual(['nosniff', true])
    }
    // They are for letters alone.
    const aside = { unitId, kind: 'document' as const, name: 'a.docx', bytes: 900 }
    expect(await statusOf(call(beginUpload, aside))).toBe(400)
  })

  it('are for nobody but the readers of the letter, also with a link in the hand', async () => {
    const { call, letterId, send, attach, out, mother, zhang, school, city, district } = await begin()
    const { id: attachmentId } = await send('pdf', '须知.pdf', makePdf())
    await attach(attachmentId)
    const mine = { studentId: String(zhang._id), letterId, attachmentId }
    const guardian = await world.as(mother, 'guardian')
    // Nobody reads a draft but who writes it.
    expect(await statusOf(guardian(writing.readMyAttachment, mine))).toBe(404)
    const office = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    expect(await statusOf(office(writing.readAttachment, { letterId, attachmentId }))).toBe(200)
    await out()

    const other = await buildClass(world)
    const stranger = await world.as(other.mother, 'guardian')
    const strangers = { ...mine, studentId: String(other.zhang._id) }
    const teacher = await world.as(other.teacher, 'staff')
    expect(await statusOf(stranger(writing.readMyAttachment, mine))).toBe(404)
    expect(await statusOf(stranger(writing.readMyAttachment, strangers))).toBe(404)
    expect(await statusOf(teacher(writing.readAttachment, { letterId, attachmentId }))).toBe(404)
    expect(
      await statusOf(guardian(writing.readMyAttachment, { ...mine, attachmentId: '0'.repeat(24) })),
    ).toBe(404)
    const counsellor = await world.as(await buildStaff(city, 'auditor'), 'staff')
    expect(await statusOf(counsellor(writing.readAttachment, { letterId, attachmentId }))).toBe(403)
    const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
    const staffLink = (await above(writing.readAttachment, { letterId, attachmentId })).link
    expect((await fetched(staffLink)).status).toBe(200)

    const { link } = await guardian(writing.readMyAttachment, mine)
    expect((await fetched(link.replace(letterId, '0'.repeat(24)))).status).toBe(403)
    expect((await fetched(link.replace('as=guardian', 'as=staff'))).status).toBe(403)
    // Withdrawn meanwhile: the link in the hand opens nothing any more.
    await call(letters.withdrawLetter, { letterId, reason: '日期写错了' })
    expect((await fetched(link)).status).toBe(409)
    world.pass(11 * 60_000)
    expect((await fetched(staffLink)).status).toBe(403)
  })

  it('are added once, nine at the most, and only to a draft', async () => {
    const { send, attach, call, letterId, out } = await begin()
    const one = await send('image', '照片.png', photo)
    const again = await Promise.all([attach(one.id), attach(one.id)].map((it) => it.catch(() => null)))
    expect(again.filter(Boolean).length).toBeGreaterThan(0)
    const kept = (await LetterModel.findById(letterId).lean())?.attachments as { name: string }[]
    expect(kept.map((it) => it.name)).toEqual(['照片.jpg'])

    const more = await Promise.all(
      Array.from({ length: 10 }, (_, at) => send('pdf', `第${at}份.pdf`, makePdf({ pages: at + 1 }))),
    )
    const statuses = await Promise.all(more.map((it) => statusOf(attach(it.id))))
    expect(statuses.filter((it) => it === 200)).toHaveLength(8)
    expect(statuses.filter((it) => it === 409)).toHaveLength(2)
    const less = await call(writing.detachFile, { letterId, attachmentId: one.id })
    expect(less.attachments).toHaveLength(8)
    const late = more[statuses.indexOf(409)]
    await out()
    expect(await statusOf(attach(late?.id ?? ''))).toBe(409)
    expect(await statusOf(call(writing.detachFile, { letterId, attachmentId: one.id }))).toBe(409)
    // The corrected edition begins with the same files.
    const next = await call(letters.reviseLetter, { letterId, requestId: newRequest() })
    expect(next.attachments).toEqual(less.attachments)
  })

  it('of a letter to staff are for the holders of the post', async () => {
    const { school, klass, teacher, office } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const unitId = String(school._id)
    const staff = { posts: ['class_teacher' as const], unitIds: [unitId] }
    const said = {
      ...DRAFT,
      unitId,
      requestId: newRequest(),
      audience: [],
      staff,
      body: '{{称呼}}：请看附件。',
    }
    const { id: letterId } = await call(letters.createLetter, said)
    const pdf = makePdf()
    const file = { kind: 'pdf' as const, name: '安排.pdf', bytes: pdf, isForLetter: true }
    const { id: attachmentId } = await upload(world, call, unitId, file)
    await call(writing.attachFile, { letterId, assetId: attachmentId })
    await call(letters.queueLetter, { letterId, sendAt: null })

    const holder = await world.as(teacher, 'staff')
    const opened = await holder(openMyStaffLetter, { letterId })
    expect(opened.attachments?.map((it) => it.name)).toEqual(['安排.pdf'])
    const { link } = await holder(writing.readStaffAttachment, { letterId, attachmentId })
    expect(sha256((await fetched(link)).bytes)).toBe(sha256(pdf))
    const subject = await world.as(await buildStaff(klass, 'teacher'), 'staff')
    expect(await statusOf(subject(writing.readStaffAttachment, { letterId, attachmentId }))).toBe(404)
  })

  it('of a colleague cannot be taken', async () => {
    const { send, unitId, letterId, klass } = await begin()
    const { id: assetId } = await send('pdf', '个人的.pdf', makePdf())
    const deputy = await world.as(await buildStaff(klass, 'class_teacher', { name: '代班' }), 'staff')
    expect(await statusOf(deputy(writing.attachFile, { letterId, assetId }))).toBe(404)
    expect(await statusOf(deputy(readAsset, { assetId }))).toBe(404)
    expect((await deputy(listAssets, { unitId })).assets).toEqual([])
  })
})

describe('pictures in the text', () => {
  it('are of the unit or one above it, drawn anew, and frozen with the letter', async () => {
    const { send, save, out, letterId, mother, zhang } = await begin()
    const picture = await send('image', '操场.jpg', photo)
    const line = `![操场](${picture.address} 400x300)`
    await save(`看：\n\n${line}`)
    expect((await AssetModel.findById(picture.id).lean())?.isInUse).toBe(true)
    const sent = await out()
    const served = await fetch(`${world.origin()}${picture.address}`)
    const bytes = Buffer.from(await served.arrayBuffer())
    const record = await LetterModel.findById(letterId).lean()
    expect(record?.pictures).toEqual([{ address: picture.address, sha256: sha256(bytes) }])
    expect(sent.textHash).toBe(hashText(record as never))
    const guardian = await world.as(mother, 'guardian')
    const opened = await guardian(letters.openMyLetter, { studentId: String(zhang._id), letterId })
    expect(opened.blocks.at(-1)).toEqual({
      kind: 'picture',
      runs: [{ text: '操场', isBold: false }],
      picture: { address: picture.address, width: 400, height: 300 },
    })
  })

  it('of others, unknown ones and more than nine are refused in a sentence', async () => {
    const { save, send } = await begin()
    const other = await begin()
    const theirs = await other.send('image', '别校.jpg', photo)
    const line = (address: string | null) => `![](${address} 400x300)`
    const missing = { json: { error: { message: '信里有一张图片找不到了，请重新上传' } } }
    await expect(save(line(theirs.address))).rejects.toMatchObject(missing)
    await expect(save(line(`/media/a/${'0'.repeat(32)}/picture.jpg`))).rejects.toMatchObject(missing)
    const pictures = await Promise.all(Array.from({ length: 10 }, () => send('image', 'a.jpg', photo)))
    const most = { json: { error: { message: '一封信最多放9张图片' } } }
    await expect(save(pictures.map((it) => line(it.address)).join('\n'))).rejects.toMatchObject(most)
    await save(
      pictures
        .slice(1)
        .map((it) => line(it.address))
        .join('\n'),
    )
  })
})

const html = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(900))
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'.padEnd(900))
const js = ['<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>']

/** What is sent as a picture or a file of a letter to hurt whoever opens it (S7). */
const HOSTILE: [name: string, kind: AssetKind, make: () => Buffer | Promise<Buffer>][] = [
  ['a.svg', 'image', () => svg],
  ['a.jpg', 'image', () => svg],
  ['a.html', 'image', () => html],
  ['a.jpg', 'image', () => html],
  ['a.pdf', 'pdf', () => html],
  ['a.pdf', 'pdf', () => svg],
  ['a.pdf', 'pdf', () => Buffer.concat([html, makePdf()])],
  ['a.pdf', 'pdf', () => makePdf({ extra: js })],
  ['a.pdf', 'pdf', () => photo],
  ['a.jpg', 'image', () => makePdf()],
  ['a.jpg', 'image', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), html])],
  ['a.png', 'image', () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), html])],
  ['a.gif', 'image', () => Buffer.from('GIF89a/*<script>alert(1)</script>*/=1;')],
  ['a.jpg', 'image', () => photo.subarray(0, 300)],
  ['a.docx', 'document', () => Buffer.from('PK\x03\x04'.padEnd(900))],
  ['a.docx', 'pdf', () => makeOffice('docx')],
  ['a.exe', 'pdf', () => Buffer.from('MZ'.padEnd(900))],
  ['a.php.jpg', 'image', () => Buffer.from('<?php system($_GET[0]);'.padEnd(900))],
]

/** What is taken, and must be harmless as it is served. */
const DISARMED: [name: string, kind: AssetKind, make: () => Buffer | Promise<Buffer>][] = [
  ['a.jpg', 'image', () => Buffer.concat([photo, html])],
  ['a.jpg', 'image', () => Buffer.concat([photo, svg])],
  ['a.html', 'image', () => photo],
  ['a.svg', 'image', () => photo],
  ['../../../etc/passwd', 'image', () => photo],
  ['..\\..\\a.jpg', 'image', () => photo],
  ['%2e%2e%2fa.jpg', 'image', () => photo],
  ['a.jpg\u0000.html', 'image', () => photo],
  ['"><script>alert(1)</script>.jpg', 'image', () => photo],
  ['a\r\nContent-Type: text/html\r\n\r\n.pdf', 'pdf', () => makePdf()],
  ['a.pdf.html', 'pdf', () => makePdf()],
  ['.htaccess', 'pdf', () => makePdf()],
  [
    'a.jpg',
    'image',
    async () =>
      sharp(photo)
        .withExif({ IFD0: { Artist: '<script>alert(1)</script>' } })
        .jpeg()
        .toBuffer(),
  ],
]

it('refuses or disarms hostile pictures and files (S7)', async () => {
  const { send, attach, call, letterId, unitId } = await begin()
  const wrong: string[] = []
  for (const [name, kind, make] of HOSTILE) {
    const asset = await send(kind, name, await make())
    const isRefused = asset.status === 'failed' && /[\u4e00-\u9fff]/.test(asset.problem ?? '')
    if (!isRefused || (await statusOf(attach(asset.id))) !== 409)
      wrong.push(`${name} as ${kind}: ${asset.status}`)
  }
  for (const [name, kind, make] of DISARMED) {
    const { id, status } = await send(kind, name, await make())
    const draft = await attach(id)
    const file = draft.attachments?.find((it) => it.id === id)
    const { link } = await call(writing.readAttachment, { letterId, attachmentId: id, unitId })
    const { bytes, headers } = await fetched(link)
    const isHarmless =
      status === 'ready' &&
      /^[^\\/<>"\p{Cc}]+\.(jpg|pdf)$/u.test(file?.name ?? '') &&
      !bytes.includes('alert(1)') &&
      headers.get('content-type') === (kind === 'pdf' ? 'application/pdf' : 'image/jpeg') &&
      (headers.get('content-disposition') ?? '').startsWith('attachment; ') &&
      headers.get('x-content-type-options') === 'nosniff'
    if (!isHarmless) wrong.push(`${JSON.stringify(name)}: ${file?.name} ${headers.get('content-type')}`)
    await call(writing.detachFile, { letterId, attachmentId: id })
  }
  const sizes: [number, number][] = [
    [0, 400],
    [-1, 400],
    [20 * 1024 ** 2 + 1, 413],
    [2 ** 53, 400],
  ]
  for (const [bytes, status] of sizes) {
    const said = { unitId, kind: 'pdf' as const, name: 'a.pdf', bytes, isForLetter: true }
    const token = await world.tokenOf(
      (await AssetModel.findOne({ unitId }).lean())?.personId.toString() ?? '',
      'staff',
    )
    const response = await world.send(token, 'POST', `/api/units/${unitId}/uploads`, {
      ...said,
      unitId: undefined,
    })
    if (response.status !== status) wrong.push(`${bytes} bytes: ${response.status}`)
  }
  const tried = HOSTILE.length + DISARMED.length + sizes.length
  process.stdout.write(`letter files: ${tried} hostile files tried, ${wrong.length} got through\n`)
  expect(wrong).toEqual([])
  expect(
    await statusOf(call(beginUpload, { unitId, kind: 'pdf', name: 'a', bytes: 9, isForLetter: true })),
  ).toBe(200)
})
