import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attachFile, readMyAttachment } from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import { decideContent, listContents } from '#contract/safety'
import { openMyThread, writeToMyThread } from '#contract/threads'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { tellAgain } from '../../server/modules/safety/service.ts'
import { takeInPicture } from '../../server/modules/safety/pictures/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { makePhoto } from '../support/films.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { DOUBTFUL, onThePhone } from '../support/safety.ts'
import { buildThread } from '../support/threads.ts'
import { upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

const SENT_BACK = '（这张图片审核未通过，已不再显示）'

/** An office that writes a letter with a picture in its text and another beside it, and somebody who looks at what waits. */
async function scene({ isOnPhone = false } = {}) {
  const built = await buildClass(world)
  const { office, school, klass, mother, zhang } = built
  if (isOnPhone) await onThePhone(world, office)
  const call = await world.as(office, 'staff')
  const unitId = String(school._id)
  const picture = await upload(world, call, unitId, { kind: 'image', name: '操场.jpg', bytes: photo })
  const save = (more: object = {}) =>
    call(letters.createLetter, {
      ...DRAFT,
      ...{ unitId, requestId: newRequest(), audience: [String(klass._id)] },
      body: `请看：\n![操场](${picture.address} 400x300)\n谢谢`,
      ...more,
    })
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const queue = async () => (await principal(listContents, { unitId, status: 'waiting' })).contents
  const decide = async (pass: boolean, words?: string) => {
    const [one] = await queue()
    const { id: contentId = '', savedAt = '' } = one ?? {}
    return principal(decideContent, { contentId, savedAt, pass, ...(words && { words }) })
  }
  const her = await world.as(mother, 'guardian')
  const read = (letterId: string) => her(letters.openMyLetter, { letterId, studentId: String(zhang._id) })
  const send = async (letterId: string) => {
    await call(letters.queueLetter, { letterId, sendAt: null })
    await tick(world)
  }
  const looks = async (letterId: string) => (await call(letters.readLetter, { letterId })).looks
  return { ...built, call, unitId, save, queue, decide, read, send, looks, her }
}

describe('a picture within the text of a letter', () => {
  it('of an author whom WeChat has not seen is looked at by the unit, shown meanwhile, and asked about once for all letters', async () => {
    const { save, queue, decide, read, send, looks } = await scene()
    const first = await save()
    expect(await queue()).toMatchObject([{ kind: 'picture', because: 'unchecked' }])
    expect(await looks(first.id)).toEqual([
      { name: '图片“操场”', state: 'waiting', isHidden: false, words: null },
    ])
    await send(first.id)
    expect((await read(first.id)).blocks.some((it) => it.kind === 'picture')).toBe(true)

    await decide(true)
    expect(await looks(first.id)).toBeUndefined()
    const second = await save({ title: '又一封' })
    expect(await queue()).toEqual([])
    expect(await looks(second.id)).toBeUndefined()
    expect(await ContentModel.countDocuments({ kind: 'picture' })).toBe(1)
  })

  it('that was sent back is not shown to families; its author hears of it with the reason, once, and the next picture goes', async () => {
    const { save, decide, read, send, looks, office, call } = await scene()
    const letter = await save()
    await send(letter.id)
    await decide(false, '看得到孩子的姓名')
    const { blocks } = await read(letter.id)
    expect(blocks.some((it) => it.kind === 'picture')).toBe(false)
    expect(blocks.flatMap((it) => it.runs).map((it) => it.text)).toContain(SENT_BACK)
    expect(await looks(letter.id)).toEqual([
      { name: '图片“操场”', state: 'returned', isHidden: true, words: '看得到孩子的姓名' },
    ])
    await tellAgain(world.deps())
    await ContentModel.updateMany({}, { isHeeded: false })
    await tellAgain(world.deps())
    expect(await OutboxModel.countDocuments({ personId: office, kind: 'contentReturned' })).toBe(1)
    const [message] = (await call(listMyMessages, {})).messages
    expect(message).toMatchObject({
      kind: 'contentReturned',
      title: '有一条没有发出',
      page: `packages/teacher/letter/letter?id=${letter.id}`,
    })
    expect(message?.text).toContain('看得到孩子的姓名')
  })

  it('is asked of WeChat where it has seen the author, and its word is remembered', async () => {
    const { save, queue, looks, read, send } = await scene({ isOnPhone: true })
    const letter = await save()
    expect(await queue()).toEqual([])
    expect(await looks(letter.id)).toMatchObject([{ state: 'waiting', isHidden: false }])
    const { body } = world.simulator().control.calls('/wxa/media_check_async').at(-1) ?? {}
    const { pathname, search } = new URL((body as { media_url: string }).media_url)
    const bytes = await (await fetch(world.origin() + pathname + search)).arrayBuffer()
    expect(bytes.byteLength).toBeGreaterThan(100)

    const asked = await ContentModel.findOne({ kind: 'picture' }).lean()
    const word = { traceId: asked?.traceId ?? '', verdict: 'risky' }
    await send(letter.id)
    await takeInPicture(word, world.deps())
    expect((await read(letter.id)).blocks.some((it) => it.kind === 'picture')).toBe(false)
    expect(await queue()).toMatchObject([{ because: 'doubt' }])

    await takeInPicture({ ...word, verdict: 'pass' }, world.deps())
    expect((await read(letter.id)).blocks.some((it) => it.kind === 'picture')).toBe(true)
    const before = world.simulator().control.calls('/wxa/media_check_async').length
    await save({ title: '又一封' })
    expect(world.simulator().control.calls('/wxa/media_check_async')).toHaveLength(before)
  })
})

it('a picture beside a letter waits for somebody of the unit in the same way', async () => {
  const { call, save, unitId, queue, decide, her, zhang, send } = await scene()
  const letter = await save({ body: '请看附件' })
  const asset = await upload(world, call, unitId, {
    ...{ kind: 'image', name: '名单.jpg', bytes: photo, isForLetter: true },
  })
  const { attachments = [] } = await call(attachFile, { letterId: letter.id, assetId: asset.id })
  expect(await queue()).toHaveLength(1)
  await send(letter.id)
  const wanted = {
    letterId: letter.id,
    studentId: String(zhang._id),
    attachmentId: attachments[0]?.id ?? '',
  }
  expect((await her(readMyAttachment, wanted)).name).toBe('名单.jpg')
  await decide(false, '名单上有手机号')
  await expect(her(readMyAttachment, wanted)).rejects.toMatchObject({ status: 404 })
  expect((await call(letters.readLetter, { letterId: letter.id })).looks).toEqual([
    { name: '附件“名单.jpg”', state: 'returned', isHidden: true, words: '名单上有手机号' },
  ])
})

it('words to a teacher that the school sends back come back to their writer with the reason and the way to them', async () => {
  const { her, at, mother, father, school } = await buildThread(world)
  const said = { ...at, seenBy: 'me' as const, requestId: newRequest(), text: `${DOUBTFUL}，请看` }
  await her(writeToMyThread, said)
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const unitId = String(school._id)
  const [one] = (await principal(listContents, { unitId, status: 'waiting' })).contents
  await principal(decideContent, {
    ...{ contentId: one?.id ?? '', savedAt: one?.savedAt ?? '' },
    ...{ pass: false, words: '请不要写别人家的事' },
  })
  const [message] = (await her(listMyMessages, {})).messages
  expect(message).toMatchObject({
    kind: 'contentReturned',
    page: `packages/letter/thread/thread?id=${at.letterId}&child=${at.studentId}&seenBy=me`,
  })
  expect(message?.text).toContain('请不要写别人家的事')
  const { lines } = await her(openMyThread, { ...at, seenBy: 'me' })
  expect(lines[0]).toMatchObject({ refusedBecause: '请不要写别人家的事', text: `${DOUBTFUL}，请看` })
  expect(await OutboxModel.countDocuments({ kind: 'contentReturned', personId: father })).toBe(0)
  expect(await OutboxModel.countDocuments({ kind: 'contentReturned', personId: mother })).toBe(1)
})
