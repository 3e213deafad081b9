import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Contract from '../../miniprogram/contract.ts'
import type * as Queue from '../../miniprogram/services/queue.ts'
import type * as Session from '../../miniprogram/services/session.ts'
import type * as Store from '../../miniprogram/services/store.ts'
import { answer, cutOff, opened, refuse, usePhone } from '../support/phone.ts'

let phone: ReturnType<typeof usePhone>
let queue: typeof Queue
let store: typeof Store
let answerMatch: (typeof Contract)['answerMatch']
let session: (typeof Session)['session']

async function start() {
  queue = await import('../../miniprogram/services/queue.ts')
  store = await import('../../miniprogram/services/store.ts')
  answerMatch = (await import('../../miniprogram/contract.ts')).answerMatch
  session = (await import('../../miniprogram/services/session.ts')).session
}

beforeEach(async () => {
  phone = usePhone()
  await start()
  session.adopt(opened('token') as never)
})
afterEach(() => vi.unstubAllGlobals())

// Any order that may safely arrive twice will do here; this one is the shortest.
const say = (letter: string) =>
  queue.deliver(answerMatch, { guardianshipId: letter.repeat(24), isMine: true })
const path = (letter: string) => `POST /me/matches/${letter.repeat(24)}`

async function sayOffline(letter: string) {
  const saying = say(letter)
  cutOff(await phone.next())
  await expect(saying).resolves.toBeNull()
}

it('hands back the reply when the network is there', async () => {
  const saying = say('1')
  answer(await phone.next(), 200, { done: true })

  await expect(saying).resolves.toEqual({ done: true })
  expect(store.waiting.get()).toBe(0)
})

it('keeps a receipt that finds no network, and sends it when asked again', async () => {
  await sayOffline('1')
  expect(store.waiting.get()).toBe(1)

  const flushing = queue.flush()
  const sent = await phone.next()
  expect(sent).toMatchObject({ path: path('1'), data: { isMine: true } })
  answer(sent, 200, { done: true })
  await flushing

  expect(store.waiting.get()).toBe(0)
  await queue.flush()
  expect(phone.asked).toEqual([])
})

it('sends in the order tapped, what waited before what is new', async () => {
  await sayOffline('1')

  const saying = say('2')
  const first = await phone.next()
  expect(first.path).toBe(path('1'))
  answer(first, 200, { done: true })
  const second = await phone.next()
  expect(second.path).toBe(path('2'))
  answer(second, 200, { done: true })

  await expect(saying).resolves.toEqual({ done: true })
})

it('stops at the first sign that the network is still away, and lets nothing overtake', async () => {
  await sayOffline('1')

  const saying = say('2')
  cutOff(await phone.next())

  await expect(saying).resolves.toBeNull()
  expect(phone.asked).toEqual([])
  expect(store.waiting.get()).toBe(2)
})

it('survives the mini-program being closed', async () => {
  await sayOffline('1')

  vi.resetModules()
  await start()
  const flushing = queue.flush()
  const sent = await phone.next()
  expect(sent.path).toBe(path('1'))
  answer(sent, 200, { done: true })
  await flushing
})

it('sends what was on its way when the mini-program was closed, once it is opened again', async () => {
  void say('1')
  await phone.next()

  vi.resetModules()
  await start()
  const flushing = queue.flush()
  const sent = await phone.next()
  expect(sent).toMatchObject({ path: path('1'), data: { isMine: true } })
  answer(sent, 200, { done: true })
  await flushing
  expect(phone.storage.get('queue')).toEqual([])
})

it('does not send again what is on its way, and does not say that it waits', async () => {
  const saying = say('1')
  const sent = await phone.next()
  await queue.flush()
  expect(phone.asked).toEqual([])
  expect(store.waiting.get()).toBe(0)

  answer(sent, 200, { done: true })
  await saying
  expect(phone.storage.get('queue')).toEqual([])
})

it('tells and lets go of a receipt that the server refuses for good', async () => {
  await sayOffline('1')

  const flushing = queue.flush()
  refuse(await phone.next(), 409, '这封信已经撤回')
  await flushing

  expect(phone.showToast).toHaveBeenCalledWith(expect.objectContaining({ title: '这封信已经撤回' }))
  expect(store.waiting.get()).toBe(0)
})

it('keeps it while the server is restarting', async () => {
  await sayOffline('1')

  const flushing = queue.flush()
  refuse(await phone.next(), 503, '正在维护')
  await flushing

  expect(store.waiting.get()).toBe(1)
})

it('throws what the server refuses at once', async () => {
  const saying = say('1')
  refuse(await phone.next(), 404, '没有这个孩子')

  await expect(saying).rejects.toMatchObject({ message: '没有这个孩子' })
  expect(store.waiting.get()).toBe(0)
})

it('never sends in the name of somebody who signed in on the same phone later', async () => {
  await sayOffline('1')

  session.adopt(opened('other', { personId: 'b'.repeat(24) }) as never)
  await queue.flush()
  expect(phone.asked).toEqual([])

  session.adopt(opened('token') as never)
  const flushing = queue.flush()
  answer(await phone.next(), 200, { done: true })
  await flushing
})

it('sends each receipt once when two flushes meet', async () => {
  await sayOffline('1')

  const flushing = Promise.all([queue.flush(), queue.flush()])
  answer(await phone.next(), 200, { done: true })
  await flushing

  expect(phone.asked).toEqual([])
})
