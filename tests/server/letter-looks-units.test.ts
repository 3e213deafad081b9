import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as letters from '#contract/letters'
import { decideContent, listContents, readContentPicture } from '#contract/safety'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { forgetContents } from '../../server/modules/safety/personal/service.ts'
import { takeInPicture } from '../../server/modules/safety/pictures/service.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { makePhoto } from '../support/films.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { onThePhone } from '../support/safety.ts'
import { upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

/** An office that shows the same picture in its letters as all others here, and somebody who looks there. */
async function officeOf(unit: UnitRecord, post: 'school_admin' | 'city_admin' = 'school_admin') {
  const personId = await buildStaff(unit, post)
  const call = await world.as(personId, 'staff')
  const unitId = String(unit._id)
  const { address } = await upload(world, call, unitId, { kind: 'image', name: '操场.jpg', bytes: photo })
  const write = () =>
    call(letters.createLetter, {
      ...DRAFT,
      ...{ unitId, requestId: newRequest(), audience: [unitId] },
      body: `请看：\n![操场](${address} 400x300)\n谢谢`,
    })
  const looks = async (letterId: string) => (await call(letters.readLetter, { letterId })).looks
  const reviewer = await world.as(
    await buildStaff(unit, post === 'school_admin' ? 'principal' : 'city_admin'),
    'staff',
  )
  const queue = async () => (await reviewer(listContents, { unitId, status: 'waiting' })).contents
  const decide = async (pass: boolean, words?: string) => {
    const [one] = await queue()
    const said = { contentId: one?.id ?? '', savedAt: one?.savedAt ?? '', pass }
    await reviewer(decideContent, { ...said, ...(words && { words }) })
  }
  return { personId, write, looks, queue, decide, reviewer, unitId }
}

async function scene() {
  const { school, city, district } = await buildBranch()
  const { school: other } = await buildBranch({ city, district })
  return { city, ours: await officeOf(school), theirs: await officeOf(other) }
}

const RETURNED = { state: 'returned', isHidden: true, words: '看得到孩子的姓名' }

describe('the same picture in another school', () => {
  it('is looked at there as well, though a reviewer here has let it through', async () => {
    const { ours, theirs } = await scene()
    await ours.write()
    await ours.decide(true)
    await ours.write()
    expect(await ours.queue()).toEqual([])

    const letter = await theirs.write()
    const [waiting] = await theirs.queue()
    expect(waiting).toMatchObject({ kind: 'picture', because: 'unchecked' })
    expect(await theirs.looks(letter.id)).toMatchObject([{ state: 'waiting', isHidden: false }])
    // Asked twice, it waits once, and its reviewer sees it.
    await theirs.write()
    expect(await theirs.queue()).toHaveLength(1)
    const { link } = await theirs.reviewer(readContentPicture, { contentId: waiting?.id ?? '' })
    expect((await fetch(`${world.origin()}/api${link}`)).headers.get('content-type')).toBe('image/jpeg')
  })

  it('is not taken from its readers by a reviewer here who has sent it back', async () => {
    const { ours, theirs } = await scene()
    const [here, there] = [await ours.write(), await theirs.write()]
    await ours.decide(false, '看得到孩子的姓名')
    expect(await ours.looks(here.id)).toMatchObject([RETURNED])
    expect(await theirs.looks(there.id)).toMatchObject([{ state: 'waiting', isHidden: false }])
    await theirs.decide(true)
    expect(await theirs.looks(there.id)).toBeUndefined()
    expect(await ours.looks(here.id)).toMatchObject([RETURNED])
  })
})

describe('what the city says of a picture', () => {
  it('holds in every school below it, where nobody is asked again', async () => {
    const { city, ours, theirs } = await scene()
    const above = await officeOf(city, 'city_admin')
    await above.write()
    await above.decide(true)
    const letter = await ours.write()
    expect(await ours.looks(letter.id)).toBeUndefined()
    expect([...(await ours.queue()), ...(await theirs.queue())]).toEqual([])
    expect(scans(await statementsOf(() => ours.looks(letter.id)))).toEqual([])
  })

  it('sent back, takes it from them, whatever a school had said before', async () => {
    const { city, ours } = await scene()
    const letter = await ours.write()
    await ours.decide(true)
    const above = await officeOf(city, 'city_admin')
    await above.write()
    await above.decide(false, '看得到孩子的姓名')
    expect(await ours.looks(letter.id)).toMatchObject([RETURNED])
  })
})

describe('what WeChat says of a picture', () => {
  const traceId = async () => (await ContentModel.findOne({ kind: 'picture' }).lean())?.traceId ?? ''
  const questions = () => world.simulator().control.calls('/wxa/media_check_async').length

  it('holds in every school: harmless, it is asked about once', async () => {
    const { ours, theirs } = await scene()
    await onThePhone(world, ours.personId)
    await onThePhone(world, theirs.personId)
    const before = questions()
    await ours.write()
    await takeInPicture({ traceId: await traceId(), verdict: 'pass' }, world.deps())
    const letter = await theirs.write()
    expect(questions()).toBe(before + 1)
    expect(await theirs.queue()).toEqual([])
    expect(await theirs.looks(letter.id)).toBeUndefined()
  })

  it('doubted, it is hidden at once in the next school too, until somebody there has looked', async () => {
    const { ours, theirs } = await scene()
    await onThePhone(world, ours.personId)
    const before = questions()
    const here = await ours.write()
    await takeInPicture({ traceId: await traceId(), verdict: 'risky' }, world.deps())
    await ours.decide(true)
    expect(await ours.looks(here.id)).toBeUndefined()

    const there = await theirs.write()
    expect(await theirs.looks(there.id)).toMatchObject([{ state: 'waiting', isHidden: true }])
    expect(await theirs.queue()).toMatchObject([{ because: 'doubt' }])
    expect(questions()).toBe(before + 1)
  })
})

it('a picture that was sent back stays so when its author closes their account', async () => {
  const { ours } = await scene()
  const letter = await ours.write()
  await ours.decide(false, '看得到孩子的姓名')
  await forgetContents(ours.personId)
  await forgetContents(ours.personId)
  expect(await ContentModel.countDocuments({ personId: ours.personId })).toBe(0)
  expect(await ours.looks(letter.id)).toMatchObject([RETURNED])
})
