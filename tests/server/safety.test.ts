import { describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import { decideContent, listContents } from '#contract/safety'
import { ContentModel } from '../../server/modules/safety/model.ts'
import { readPush } from '../../server/infra/wechat/push-events.ts'
import { piecesOf, verdictOf } from '../../server/modules/safety/rules.ts'
import * as safety from '../../server/modules/safety/service.ts'
import { buildGuardian, buildStaff, buildBranch } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { DOUBTFUL, HARMFUL, onThePhone } from '../support/safety.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const check = (personId: string, ...texts: string[]) =>
  safety.look({ personId, scene: 'reply', texts }, world.deps())

describe('what WeChat says of words', () => {
  it('lets good words pass, refuses harmful ones, and leaves doubt to a person', async () => {
    const { mother } = await buildClass(world)
    await onThePhone(world, mother)

    expect(await check(mother, '明天我来接他')).toMatchObject({ verdict: 'pass' })
    expect(await check(mother, '好的', HARMFUL)).toMatchObject({ verdict: 'refused' })
    expect(await check(mother, DOUBTFUL)).toEqual({ verdict: 'waiting', because: 'doubt' })
    expect(await check(mother, '')).toMatchObject({ verdict: 'pass' })
  })

  it.each([
    ['busy', { times: 3, errcode: -1 }],
    ['out of quota', { times: 1, errcode: 45009 }],
    ['away', { times: 1, status: 502 }],
  ])('loses nothing when WeChat is %s: a person looks', async (_, fault) => {
    const { mother } = await buildClass(world)
    await onThePhone(world, mother)
    const { control } = world.simulator()
    control.breakNext({ path: '/wxa/msg_sec_check', ...fault })

    expect(await check(mother, '明天我来接他')).toEqual({ verdict: 'waiting', because: 'unchecked' })
    control.mend()
  })

  it('asks nothing about who was not here in the last two hours', async () => {
    const { zhang } = await buildClass(world)
    const grandmother = await buildGuardian(world, zhang, { relation: '奶奶' })
    expect(await check(grandmother, '明天我来接他')).toEqual({ verdict: 'waiting', because: 'unchecked' })
  })

  it('looks at long texts piece by piece, and nothing hides on a seam', () => {
    const long = `${'字'.repeat(2497)}${HARMFUL}${'字'.repeat(3000)}`
    const pieces = piecesOf([long])
    expect(pieces.every((it) => it.length <= 2500)).toBe(true)
    expect(pieces.some((it) => it.includes(HARMFUL))).toBe(true)
    expect(pieces.at(-1)?.endsWith('字')).toBe(true)
    expect(piecesOf(['', ' '])).toEqual([])
    expect(piecesOf(['x'.repeat(2500)])).toHaveLength(1)
    expect(verdictOf(['pass', null, 'review']).because).toBe('doubt')
    expect(verdictOf(['review', 'risky']).verdict).toBe('refused')
  })
})

async function held(subject: string, text = '这句话要人看一下') {
  const here = await buildClass(world)
  const item = {
    kind: 'reply' as const,
    about: { title: '春游', page: 'pages/home/home' },
    subject,
    personId: here.mother,
    who: '张三妈妈',
    path: here.klass.path,
  }
  await safety.hold({ ...item, texts: [text], because: 'doubt' }, world.now(), world.deps())
  const office = await world.as(here.office, 'staff')
  const unitId = String(here.school._id)
  const waiting = async () => (await office(listContents, { unitId, status: 'waiting' })).contents
  return { ...here, item, call: office, unitId, waiting }
}

describe('the queue', () => {
  it('shows what waits and who wrote it, counts it among the duties, and tells the room once', async () => {
    const { call, unitId, waiting, item } = await held('line-1')
    const heard: safety.Decision[] = []
    safety.heed('reply', async (it) => heard.push(it))
    const [one] = await waiting()
    expect(one).toMatchObject({ text: '这句话要人看一下', who: '张三妈妈', because: 'doubt', kind: 'reply' })
    expect((await call(listDuties, { unitId })).duties).toContainEqual({ kind: 'contents', count: 1 })
    expect(JSON.stringify(await ContentModel.find().lean())).not.toMatch(/这句话|张三/)

    const order = { contentId: one?.id ?? '', savedAt: one?.savedAt ?? '', pass: true }
    await call(decideContent, order)
    await expect(call(decideContent, order)).rejects.toMatchObject({ status: 409 })
    await safety.tellAgain(world.deps())

    expect(heard).toMatchObject([{ subject: 'line-1', isPassed: true, words: null }])
    expect(await waiting()).toEqual([])
    expect((await safety.standingOf('reply', [item.subject, 'other'])).get('line-1')?.status).toBe('passed')
  })

  it('returns with words only, about the words that were read, and tells the room again after a crash', async () => {
    const { call, waiting, item } = await held('line-2')
    const [old] = await waiting()
    world.pass(1000)
    await safety.hold({ ...item, texts: ['改过的话'], because: 'doubt' }, world.now(), world.deps())
    const decide = (at: typeof old, pass: boolean, words?: string) =>
      call(decideContent, {
        contentId: at?.id ?? '',
        savedAt: at?.savedAt ?? '',
        pass,
        ...(words && { words }),
      })
    await expect(decide(old, true)).rejects.toMatchObject({ status: 409 })
    const [fresh] = await waiting()
    await expect(decide(fresh, false)).rejects.toMatchObject({ status: 400 })
    let tries = 0
    safety.heed('reply', async () => {
      if (++tries === 1) throw new Error('the power went out')
    })

    await decide(fresh, false, '请不要写别人家孩子的名字').catch(() => undefined)
    await safety.tellAgain(world.deps())
    await safety.tellAgain(world.deps())

    expect(tries).toBe(2)
    expect((await safety.standingOf('reply', ['line-2'])).get('line-2')).toEqual({
      status: 'returned',
      words: '请不要写别人家孩子的名字',
    })
  })

  it('is the school’s: no other school, no teacher, no name for a city, and nobody’s own words', async () => {
    const { klass, city, waiting, unitId, school, teacher } = await held('line-3')
    const [one] = await waiting()
    const order = { contentId: one?.id ?? '', savedAt: one?.savedAt ?? '', pass: true }
    const stranger = await world.as(await buildStaff((await buildBranch()).school, 'principal'), 'staff')
    await expect(stranger(decideContent, order)).rejects.toMatchObject({ status: 404 })
    const ms = await world.as(teacher, 'staff')
    await expect(ms(decideContent, order)).rejects.toMatchObject({ status: 404 })
    await expect(ms(listContents, { unitId: String(klass._id), status: 'waiting' })).rejects.toMatchObject({
      status: 403,
    })
    const citys = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    expect((await citys(listContents, { unitId, status: 'waiting' })).contents[0]?.who).toBe('')

    const principal = await buildStaff(school, 'principal')
    await ContentModel.updateOne({ subject: 'line-3' }, { personId: principal })
    const own = await world.as(principal, 'staff')
    await expect(own(decideContent, order)).rejects.toMatchObject({ status: 409 })
    expect((await own(listContents, { unitId, status: 'waiting' })).contents).toMatchObject([
      { isMine: true },
    ])
    expect((await own(listDuties, { unitId })).duties).not.toContainEqual({ kind: 'contents', count: 1 })
  })
})

describe('pictures', () => {
  it.each([
    [
      'today’s shape',
      { trace_id: 't1', version: 2, errcode: 0, result: { suggest: 'pass', label: 100 } },
      'pass',
    ],
    ['the older shape', { trace_id: 't1', isrisky: 0, status_code: 0 }, 'pass'],
    ['the older shape, harmful', { trace_id: 't1', isrisky: 1, status_code: 0 }, 'risky'],
    ['one it could not open', { trace_id: 't1', errcode: -1010, result: { suggest: 'pass' } }, 'review'],
    ['an unknown shape', { trace_id: 't1' }, 'review'],
  ])('reads WeChat’s word in %s', (_, said, verdict) => {
    const message = JSON.stringify({ FromUserName: 'o1', Event: 'wxa_media_check', ...said })
    expect(readPush(message)).toEqual({ kind: 'picture', traceId: 't1', verdict })
  })
})
