import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import { readMyAttachment, attachFile } from '#contract/letter-writing'
import { verifySignedCopy } from '#contract/letter-receipts'
import * as letters from '#contract/letters'
import { decideContent, listContents } from '#contract/safety'
import { LetterPictureModel } from '../../server/modules/letters/pictures/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { drawnOf } from '../../server/modules/letters/signatures/service.ts'
import { checkCopies } from '../../server/modules/letters/verifying/service.ts'
import { buildStaff } from '../support/build.ts'
import { makePhoto } from '../support/films.ts'
import { buildClass, DRAFT, INK, newRequest, sendLetter, tick } from '../support/letters.ts'
import { upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [{ code: 'note', label: '病历', type: 'picture', required: true, most: 2 }],
}

const fileOf = (sha256: string) => join(world.deps().env.DATA_DIR, 'files', sha256.slice(0, 2), sha256)

/** A mother signs a letter whose form holds two photos; the copy is kept. */
async function signedWithPhotos() {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { confirmation: 'sign', form: FORM })
  const said = { studentId: String(built.zhang._id), letterId: letter.id }
  const her = await world.as(built.mother, 'guardian')
  const take = async () => {
    const answer = await fetch(
      `${world.origin()}/api/me/children/${said.studentId}/letters/${letter.id}/pictures?request=${newRequest()}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await world.tokenOf(built.mother, 'guardian')}`,
          'content-type': 'application/octet-stream',
        },
        body: new Uint8Array(photo),
      },
    )
    return ((await answer.json()) as { id: string }).id
  }
  const pictures = [await take(), await take()]
  await her(letters.answerMyLetter, { ...said, answers: [{ code: 'note', value: { pictures } }] })
  await her(letters.signMyLetter, { ...said, ...INK })
  await tick(world)
  const signature = await SignatureModel.findOne().lean().orFail()
  const staff = await world.as(built.teacher, 'staff')
  const verify = () =>
    staff(verifySignedCopy, { unitId: String(built.klass._id), sha256: signature.copySha256 ?? '' })
  return { ...built, her, said, signature, verify }
}

it('a signature vouches for each photo of the form by its size and hash', async () => {
  const { signature, verify } = await signedWithPhotos()
  const { sha256 } = await LetterPictureModel.findOne().lean().orFail()
  const { length: bytes } = await world.deps().files.get(sha256)
  expect(drawnOf(signature, world.deps()).answers).toEqual([
    {
      ...{ label: '病历', text: '2张照片' },
      photos: [
        { name: '照片1', bytes, sha256 },
        { name: '照片2', bytes, sha256 },
      ],
    },
  ])
  expect(await verify()).toMatchObject({ isKept: true, copy: { isTextIntact: true, photos: 'intact' } })
})

it('one altered byte of a photo shows when the copy is verified, wherever it is', async () => {
  const { verify } = await signedWithPhotos()
  const { sha256 } = await LetterPictureModel.findOne().lean().orFail()
  const kept = await readFile(fileOf(sha256))
  for (const at of [0, Math.floor(kept.length / 2), kept.length - 1]) {
    const altered = Buffer.from(kept)
    altered[at] = (altered[at] ?? 0) ^ 1
    await writeFile(fileOf(sha256), altered)
    expect((await checkCopies(world.deps())).broken).toMatchObject({ because: '家长填写时拍的照片被改动过' })
    expect(await verify()).toMatchObject({ isKept: true, copy: { photos: 'altered' } })
  }
  await writeFile(fileOf(sha256), kept)
  expect(await checkCopies(world.deps())).toEqual({ checked: 1, broken: null })
})

it('a photo that went with the account of who took it breaks nothing', async () => {
  const { verify } = await signedWithPhotos()
  const { sha256 } = await LetterPictureModel.findOne().lean().orFail()
  await world.deps().files.remove(sha256)
  expect((await checkCopies(world.deps())).broken).toBeNull()
  expect((await verify()).copy).toMatchObject({ photos: 'gone' })
})

it('nothing is signed while a photo of the form does not open', async () => {
  const { her, said, zhang } = await signedWithPhotos()
  await SignatureModel.deleteMany({})
  const { sha256 } = await LetterPictureModel.findOne({ studentId: zhang._id }).lean().orFail()
  await world.deps().files.remove(sha256)
  await expect(her(letters.signMyLetter, { ...said, ...INK })).rejects.toMatchObject({
    status: 409,
    json: { error: { message: '填表时拍的照片打不开了，请重新拍好、提交后再签字' } },
  })
  expect(await SignatureModel.countDocuments()).toBe(0)
})

it('a picture of the letter that was sent back stays out of what is signed and handed out, and the copy stays what it is', async () => {
  const { office, school, klass, teacher, mother, father, zhang, li } = await buildClass(world)
  const call = await world.as(office, 'staff')
  const unitId = String(school._id)
  const within = await upload(world, call, unitId, { kind: 'image', name: '操场.jpg', bytes: photo })
  const draft = await call(letters.createLetter, {
    ...DRAFT,
    ...{ unitId, requestId: newRequest(), audience: [String(klass._id)], confirmation: 'sign' },
    body: `请看：\n![操场](${within.address} 400x300)\n谢谢`,
  })
  const beside = await upload(world, call, unitId, {
    ...{ kind: 'image', name: '名单.jpg', bytes: await makePhoto(), isForLetter: true },
  })
  await call(attachFile, { letterId: draft.id, assetId: beside.id })
  await call(letters.queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)
  const said = { letterId: draft.id, studentId: String(zhang._id) }
  const her = await world.as(mother, 'guardian')
  await her(letters.signMyLetter, { ...said, ...INK })
  await tick(world)
  const before = await SignatureModel.findOne().lean().orFail()

  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  for (;;) {
    const [one] = (await principal(listContents, { unitId, status: 'waiting' })).contents
    if (!one) break
    const decision = { contentId: one.id, savedAt: one.savedAt, pass: false, words: '看得到孩子的姓名' }
    await principal(decideContent, decision)
  }

  const { blocks, attachments = [] } = await her(letters.openMyLetter, said)
  expect(blocks.flatMap((it) => it.runs).map((it) => it.text)).toContain('（这张图片审核未通过，已不再显示）')
  const attachmentId = attachments[0]?.id ?? ''
  await expect(her(readMyAttachment, { ...said, attachmentId })).rejects.toMatchObject({
    status: 404,
    json: { error: { message: '这张图片审核未通过，已不再显示' } },
  })
  // What was kept before is the same to the byte, and verified.
  await tick(world)
  expect(await SignatureModel.findOne().lean()).toEqual(before)
  const staff = await world.as(teacher, 'staff')
  const verify = (sha256: string | null) =>
    staff(verifySignedCopy, { unitId: String(klass._id), sha256: sha256 ?? '' })
  expect(await verify(before.copySha256)).toMatchObject({ isKept: true, copy: { isTextIntact: true } })

  // Who signs from now on has not seen it; their copy says so and holds as well.
  expect(drawnOf(before, world.deps()).returned).toBeUndefined()
  await SignatureModel.deleteMany({ studentId: { $ne: li._id } })
  const him = await world.as(father, 'guardian')
  await him(letters.signMyLetter, { ...said, ...INK })
  await tick(world)
  const after = await SignatureModel.findOne().lean().orFail()
  expect(drawnOf(after, world.deps()).returned?.length).toBeGreaterThan(0)
  expect(await verify(after.copySha256)).toMatchObject({ isKept: true, copy: { isTextIntact: true } })
  expect((await checkCopies(world.deps())).broken).toBeNull()
})
