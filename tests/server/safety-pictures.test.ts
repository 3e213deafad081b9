import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attachFile, readMyAttachment } from '#contract/letter-writing'
import { readAnswers } from '#contract/letter-answers'
import type { LetterForm } from '#contract/letter-form'
import * as letters from '#contract/letters'
import { listDuties } from '#contract/home'
import { decideContent, listContents, readContentPicture } from '#contract/safety'
import { readThread, withdrawMyLine } from '#contract/threads'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { stopAsking } from '../../server/modules/safety/pictures/service.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'
import { buildStaff } from '../support/build.ts'
import { makePhoto } from '../support/films.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { onThePhone } from '../support/safety.ts'
import { buildThread, sendFile } from '../support/threads.ts'
import { upload } from '../support/uploading.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

/** A second WeChat, which speaks of pictures by pushes to our door, signed and encrypted. */
let wechat: Awaited<ReturnType<typeof startWechatSimulator>>
let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
  const { env } = world.deps()
  wechat = await startWechatSimulator({
    port: 0,
    appId: env.WX_APP_ID,
    secret: env.WX_APP_SECRET,
    pushUrl: `${world.origin()}/api/wechat/push`,
    pushToken: env.WX_PUSH_TOKEN,
    pushAesKey: env.WX_PUSH_AES_KEY,
  })
})
afterAll(() => wechat.stop())

type Word = 'pass' | 'review' | 'risky'

/** WeChat's word on the one picture it was asked about last. */
async function hear(suggest: Word, shape: 'today' | 'before' = 'today') {
  const asked = await ContentModel.findOne({ kind: 'picture' }).sort({ _id: -1 }).lean()
  const word = { traceId: asked?.traceId ?? 'none', suggest, isOldShape: shape === 'before' }
  wechat.control.sayOfPicture({ as: '张三妈妈', ...word })
  await wechat.control.settled()
}

const linkOfQuestion = () => {
  const { body } = world.simulator().control.calls('/wxa/media_check_async').at(-1) ?? {}
  const { pathname, search } = new URL((body as { media_url: string }).media_url)
  return pathname + search
}
const opened = (link: string) => fetch(world.origin() + link)
const statusOf = async (link: string) => (await opened(link)).status

async function reviewing(school: Parameters<typeof buildStaff>[0]) {
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const unitId = String(school._id)
  const queue = async () => (await principal(listContents, { unitId, status: 'waiting' })).contents
  const decide = async (pass: boolean, words?: string) => {
    const [one] = await queue()
    const { id: contentId = '', savedAt = '' } = one ?? {}
    return principal(decideContent, { contentId, savedAt, pass, ...(words && { words }) })
  }
  const duties = async () => (await principal(listDuties, { unitId })).duties
  return { principal, queue, decide, duties }
}

async function inThread() {
  const here = await buildThread(world)
  const sent = await sendFile(world, await world.tokenOf(here.mother, 'guardian'), photo)
  const { line } = await here.write('这是请假条', here.her, [sent.json.id])
  const threadId = await here.threadIdFor()
  const atDesk = async () => (await here.call(readThread, { threadId })).lines[0]
  return { ...here, ...(await reviewing(here.school)), line, atDesk, threadId }
}

describe('a picture below a letter', () => {
  it.each(['today', 'before'] as const)(
    'that WeChat calls harmless, in the shape of %s, is shown and leaves nothing behind',
    async (shape) => {
      const { atDesk, queue } = await inThread()
      const link = linkOfQuestion()
      const seen = await opened(link)
      expect(seen.headers.get('content-type')).toBe('image/jpeg')
      expect((await seen.arrayBuffer()).byteLength).toBeGreaterThan(100)
      await hear('pass', shape)

      expect((await atDesk())?.files).toHaveLength(1)
      expect(await queue()).toEqual([])
      expect(await ContentModel.countDocuments()).toBe(0)
      // The link was for the question alone.
      expect(await statusOf(link)).toBe(404)
    },
  )

  it.each([
    ['risky', 'today'],
    ['review', 'today'],
    ['risky', 'before'],
  ] as const)(
    'that WeChat calls %s, in the shape of %s, is its writer’s alone until a person has looked',
    async (word, shape) => {
      const { atDesk, queue, decide, duties, principal, open, him, call } = await inThread()
      const before = (await atDesk())?.files[0]?.link ?? ''
      expect(await statusOf(before)).toBe(200)
      await hear(word, shape)
      await hear(word, shape)

      expect(await atDesk()).toMatchObject({ files: [], text: '这是请假条\n（有图片要等学校看过才能显示）' })
      expect(await statusOf(before)).toBe(404)
      expect((await open(him)).lines[0]?.files).toEqual([])
      const [hers] = (await open()).lines
      expect(hers?.text).toContain('对方才能看到')
      expect(await statusOf(hers?.files[0]?.link ?? '')).toBe(200)

      const [waiting] = await queue()
      expect(waiting).toMatchObject({ kind: 'picture', because: 'doubt', who: '张三妈妈' })
      expect(await duties()).toContainEqual({ kind: 'contents', count: 1 })
      const { link } = await principal(readContentPicture, { contentId: waiting?.id ?? '' })
      expect((await opened(`/api${link}`)).headers.get('content-type')).toBe('image/jpeg')
      expect(await AuditModel.countDocuments({ act: 'content.opened' })).toBe(1)
      await expect(call(readContentPicture, { contentId: waiting?.id ?? '' })).rejects.toMatchObject({
        status: 404,
      })

      await decide(true)
      expect((await atDesk())?.files).toHaveLength(1)
      expect((await atDesk())?.text).toBe('这是请假条')
      expect(await duties()).not.toContainEqual(expect.objectContaining({ kind: 'contents' }))
    },
  )

  it('goes back with words that its writer reads', async () => {
    const { atDesk, decide, open } = await inThread()
    await hear('risky')
    await expect(decide(false)).rejects.toMatchObject({ status: 400 })
    await decide(false, '图片看不清，请重新拍')
    expect((await atDesk())?.files).toEqual([])
    expect((await open()).lines[0]?.text).toContain('图片没有发出：图片看不清，请重新拍')
  })

  it('is shown and waits for a person where WeChat cannot be asked, or says nothing; taken back, it waits no more', async () => {
    const { control } = world.simulator()
    control.breakNext({ path: '/wxa/media_check_async', times: 3, errcode: 45009 })
    const { queue, atDesk, her, at, line } = await inThread()
    control.mend()
    expect(await queue()).toMatchObject([{ kind: 'picture', because: 'unchecked' }])
    expect((await atDesk())?.files).toHaveLength(1)
    await her(withdrawMyLine, { studentId: at.studentId, lineId: line.id })
    expect(await queue()).toEqual([])
  })

  it('waits for a person when an hour has passed without a word, and for the word that came before our number', async () => {
    const { queue, atDesk } = await inThread()
    await stopAsking(world.now())
    expect(await queue()).toEqual([])
    world.pass(61 * 60_000)
    await stopAsking(world.now())
    expect(await queue()).toMatchObject([{ because: 'unchecked' }])
    expect((await atDesk())?.files).toHaveLength(1)

    const last = (await ContentModel.findOne({}).lean())?.traceId ?? ''
    const traceId = `trace-${Number(last.split('-')[1]) + 1}`
    await takeIn({ kind: 'picture', traceId, verdict: 'risky' }, world.deps())
    const second = await inThread()
    expect((await second.atDesk())?.files).toEqual([])
  })

  it('is watched, judged and given up by keys alone', async () => {
    const statements = await statementsOf(async () => {
      const { atDesk, queue, duties } = await inThread()
      await hear('risky')
      await stopAsking(world.now())
      await Promise.all([atDesk(), queue(), duties()])
    })
    const own = statements.filter((it) => it.name.includes('contents'))
    expect(own.length).toBeGreaterThan(5)
    expect(scans(own)).toEqual([])
  })

  it('is not held up beside words of danger', async () => {
    const here = await buildThread(world)
    const sent = await sendFile(world, await world.tokenOf(here.mother, 'guardian'), photo)
    await here.write('孩子说不想活了', here.her, [sent.json.id])
    expect(await ContentModel.countDocuments()).toBe(0)
  })
})

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [{ code: 'note', label: '病历照片', type: 'picture', required: true, most: 2 }],
}

it('a picture in a form that WeChat doubts is the family’s own until the school has looked', async () => {
  const here = await buildClass(world)
  const letter = await sendLetter(world, here.office, here.school, { form: FORM })
  await onThePhone(world, here.mother)
  const studentId = String(here.zhang._id)
  const said = { studentId, letterId: letter.id }
  const answer = await fetch(
    `${world.origin()}/api/me/children/${studentId}/letters/${letter.id}/pictures?request=${newRequest()}`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await world.tokenOf(here.mother, 'guardian')}`,
        'content-type': 'application/octet-stream',
      },
      body: new Uint8Array(photo),
    },
  )
  const { id } = (await answer.json()) as { id: string }
  const her = await world.as(here.mother, 'guardian')
  const teacher = await world.as(here.teacher, 'staff')
  await her(letters.answerMyLetter, { ...said, answers: [{ code: 'note', value: { pictures: [id] } }] })
  const line = async () =>
    (await teacher(readAnswers, { letterId: letter.id, classId: String(here.klass._id) })).rows[0]?.answers[0]
      ?.lines[0]
  const before = (await line())?.pictures?.[0] ?? ''
  expect(await statusOf(`/api${before}`)).toBe(200)

  await hear('risky')

  expect(await line()).toEqual({ code: 'note', label: '病历照片', text: '1张照片（要等学校看过才能显示）' })
  expect(await statusOf(`/api${before}`)).toBe(404)
  const [mine] = (await her(letters.openMyLetter, said)).answers ?? []
  expect(mine?.lines[0]?.text).toContain('学校正在看')
  expect(await statusOf(`/api${mine?.lines[0]?.pictures?.[0]}`)).toBe(200)
  const { decide, queue } = await reviewing(here.school)
  expect(await queue()).toMatchObject([{ kind: 'picture', who: '张三妈妈' }])
  await decide(true)
  expect((await line())?.pictures).toHaveLength(1)
})

it('a picture beside a letter that WeChat doubts opens for its author alone until a person has looked', async () => {
  const here = await buildClass(world)
  await onThePhone(world, here.teacher)
  const call = await world.as(here.teacher, 'staff')
  const unitId = String(here.klass._id)
  const draft = { ...DRAFT, unitId, requestId: newRequest(), audience: [unitId] }
  const { id: letterId } = await call(letters.createLetter, draft)
  const asset = await upload(world, call, unitId, {
    kind: 'image',
    name: 'a.jpg',
    bytes: photo,
    isForLetter: true,
  })
  await call(attachFile, { letterId, assetId: asset.id })
  await call(letters.queueLetter, { letterId, sendAt: null })
  await tick(world)
  const her = await world.as(here.mother, 'guardian')
  const wanted = { studentId: String(here.zhang._id), letterId, attachmentId: asset.id }
  const { link } = await her(readMyAttachment, wanted)
  expect(await statusOf(`/api${link}`)).toBe(200)
  expect(await statusOf(linkOfQuestion())).toBe(200)

  await hear('risky')

  expect(await statusOf(`/api${link}`)).toBe(404)
  await expect(her(readMyAttachment, wanted)).rejects.toMatchObject({ status: 404 })
  const { decide, queue } = await reviewing(here.school)
  expect(await queue()).toMatchObject([{ kind: 'picture', because: 'doubt' }])
  await decide(true)
  expect(await statusOf(`/api${link}`)).toBe(200)
})
