import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openMyLetter, readMySignedCopy, readSheet, readSignedCopy, signMyLetter } from '#contract/letters'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SignatureModel, type SignatureRecord } from '../../server/modules/letters/signatures/model.ts'
import { sealOldSignatures } from '../../server/modules/letters/signatures/service.ts'
import { isTooLittle } from '../../server/modules/letters/signatures/rules.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { buildClass, INK, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function letterToSign() {
  const klass = await buildClass(world)
  const letter = await sendLetter(world, klass.office, klass.school, { confirmation: 'sign' })
  const said = { studentId: String(klass.zhang._id), letterId: letter.id }
  return { ...klass, said, her: await world.as(klass.mother, 'guardian') }
}

const fetchCopy = async (link: string) => {
  const response = await world.send(null, 'GET', `/api${link}`)
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

it('signs once when the answer got lost and it is sent again, also at the same moment', async () => {
  const { said, her } = await letterToSign()

  const answers = await Promise.all([1, 2, 3].map(() => her(signMyLetter, { ...said, ...INK })))
  const again = await her(signMyLetter, { ...said, ...INK })

  expect([...answers, again].every((it) => it.state === 'signed' && it.isDone)).toBe(true)
  expect(again).toMatchObject({ signed: { by: '张三妈妈' }, abilities: { sign: false, seeCopy: true } })
  expect(await SignatureModel.countDocuments()).toBe(1)
  expect(await SheetModel.findOne().lean()).toMatchObject({ read: 1, signed: 1 })
})

it('tells the father that the mother has signed, and keeps hers alone', async () => {
  const { said, her, father } = await letterToSign()
  const him = await world.as(father, 'guardian')
  await her(signMyLetter, { ...said, ...INK })

  await expect(him(signMyLetter, { ...said, ...INK })).rejects.toMatchObject({
    status: 409,
    json: { error: { message: '张三妈妈已经签过了，不用再签' } },
  })
  expect(await him(openMyLetter, said)).toMatchObject({ state: 'signed', signed: { by: '张三妈妈' } })
  expect(await SheetModel.findOne().lean()).toMatchObject({ read: 1, signed: 1 })
})

it('lets the database refuse a second signature, whoever asks', async () => {
  const { said, her } = await letterToSign()
  await her(signMyLetter, { ...said, ...INK })
  const { _id, ...copy } = (await SignatureModel.findOne().lean()) ?? { _id: null }

  await expect(SignatureModel.create(copy)).rejects.toMatchObject({ code: 11000 })
})

it('freezes a copy whose bytes do not depend on when they are made', async () => {
  const { said, her, klass, teacher } = await letterToSign()
  await her(signMyLetter, { ...said, ...INK })
  const { link, name } = await her(readMySignedCopy, said)
  const early = await fetchCopy(link)
  world.pass(60_000)
  await tick(world)
  const signature = await SignatureModel.findOne().lean()
  const kept = await fetchCopy((await her(readMySignedCopy, said)).link)
  const staff = await world.as(teacher, 'staff')
  const forTeacher = await staff(readSignedCopy, { ...said, classId: String(klass._id) })

  expect(name).toBe('签收单_张三_开学前，给家长的一封信.pdf')
  expect(early.bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(createHash('sha256').update(kept.bytes).digest('hex')).toBe(signature?.copySha256)
  expect(kept.bytes.equals(early.bytes)).toBe(true)
  expect((await fetchCopy(forTeacher.link)).bytes.equals(kept.bytes)).toBe(true)
  expect(kept.response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(kept.response.headers.get('content-disposition')).toMatch(/^inline; .*filename\*=UTF-8''%E7%AD%BE/)
  expect(kept.response.headers.get('cache-control')).toContain('no-store')
})

it('keeps the hand sealed, in the database and on the disk, and copies of older ones stay what they were', async () => {
  const { said, her } = await letterToSign()
  await her(signMyLetter, { ...said, ...INK })
  const { fields, files, env } = world.deps()
  const given = await SignatureModel.findOne().lean<SignatureRecord>()
  expect(JSON.parse(fields.open(given?.sealed ?? ''))).toEqual({ strokes: INK.strokes })
  expect(given?.strokes).toBeUndefined()
  const copy = await fetchCopy((await her(readMySignedCopy, said)).link)

  await SignatureModel.collection.updateOne({}, { $set: { strokes: INK.strokes, sealed: '' } })
  expect((await fetchCopy((await her(readMySignedCopy, said)).link)).bytes.equals(copy.bytes)).toBe(true)
  expect([await sealOldSignatures({ fields }), await sealOldSignatures({ fields })]).toEqual([1, 0])
  expect(JSON.stringify(await SignatureModel.collection.findOne())).not.toContain('strokes')
  await tick(world)
  const sha256 = (await SignatureModel.findOne().lean())?.copySha256 ?? ''
  expect((await files.get(sha256)).equals(copy.bytes)).toBe(true)
  const onDisk = readFileSync(join(env.DATA_DIR, 'files', sha256.slice(0, 2), sha256))
  expect(onDisk.includes('PDF')).toBe(false)
  expect((await fetchCopy((await her(readMySignedCopy, said)).link)).bytes.equals(copy.bytes)).toBe(true)
})

it('opens a copy by an honest link for ten minutes, and not for who has lost the child or the post', async () => {
  const { said, her, mother, zhang } = await letterToSign()
  await her(signMyLetter, { ...said, ...INK })
  const { link } = await her(readMySignedCopy, said)
  const stranger = await buildGuardian(world, await buildStudent((await buildClass(world)).klass))

  expect((await fetchCopy(link.replace(mother, stranger))).response.status).toBe(403)
  expect((await fetchCopy(link.replace(/.$/, link.endsWith('A') ? 'B' : 'A'))).response.status).toBe(403)
  expect((await fetchCopy(link.replace('as=guardian', 'as=staff'))).response.status).toBe(403)
  expect((await fetchCopy(link.split('?')[0] ?? '')).response.status).toBe(403)
  await expect((await world.as(stranger, 'guardian'))(readMySignedCopy, said)).rejects.toMatchObject({
    status: 404,
  })
  expect(String(zhang._id)).toBe(said.studentId)
  world.pass(10 * 60_000 + 1000)
  expect((await fetchCopy(link)).response.status).toBe(403)
})

it('shows the teacher who signed', async () => {
  const { said, her, teacher, klass } = await letterToSign()
  await her(signMyLetter, { ...said, ...INK })

  const sheet = await (
    await world.as(teacher, 'staff')
  )(readSheet, { letterId: said.letterId, classId: String(klass._id) })

  expect(sheet.tally).toMatchObject({ read: 1, confirmed: 0, signed: 1 })
  expect(sheet.rows[0]).toMatchObject({ name: '张三', signed: { by: '张三妈妈' } })
})

it.each([
  ['nothing', { strokes: [] }, '请先签字'],
  ['a dot', { strokes: [[10, 10]] }, '签名太短，请写上您的姓名'],
  ['half a point', { strokes: [[10, 10, 300]] }, '签名不完整，请重写'],
  ['far off the pad', { strokes: [[10, 10, 9e9, 3]] }, null],
])('does not take %s for a signature', async (_, over, sentence) => {
  const { said, her } = await letterToSign()
  const refused = await her(signMyLetter, { ...said, ...INK, ...over }).catch((error: unknown) => error)

  if (sentence) expect(String((refused as Error).message)).toContain(sentence)
  else expect(refused).toBeInstanceOf(Error)
  expect(await SignatureModel.countDocuments()).toBe(0)
})

it('knows a name from a tick', () => {
  expect(isTooLittle([[0, 0, 5, 5]], 300)).toBe(true)
  expect(isTooLittle(INK.strokes, INK.height)).toBe(false)
})
