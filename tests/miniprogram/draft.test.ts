import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Contract from '../../miniprogram/contract.ts'
import type * as Draft from '../../miniprogram/services/draft.ts'
import type * as Queue from '../../miniprogram/services/queue.ts'
import { cutOff, opened, refuse, usePhone } from '../support/phone.ts'

let phone: ReturnType<typeof usePhone>
let draft: typeof Draft
let queue: typeof Queue
let contract: typeof Contract

beforeEach(async () => {
  phone = usePhone()
  draft = await import('../../miniprogram/services/draft.ts')
  queue = await import('../../miniprogram/services/queue.ts')
  contract = await import('../../miniprogram/contract.ts')
  const { session } = await import('../../miniprogram/services/session.ts')
  session.adopt(opened('token') as never)
})
afterEach(() => vi.unstubAllGlobals())

const HOUR = 3_600_000
const file = (change: object = {}) => ({
  ...{ path: 'tmp/a.jpg', kind: 'image' as const, name: '图片', key: 'k1' },
  ...{ state: 'sent' as const, fileId: 'f1', sentAt: 0, ...change },
})

it('keeps words and the files that were sent, until they are sent along', () => {
  const written = { ...draft.emptyDraft(), text: '请假', files: [file()] }
  draft.saveDraft('a', written)
  expect(draft.readDraft('a', HOUR)).toEqual(written)
  expect(draft.readDraft('b', HOUR)).toMatchObject({ text: '', files: [] })
  draft.saveDraft('a', draft.emptyDraft())
  expect(phone.storage.has('talk.a')).toBe(false)
})

it('offers to send again what was on its way, and forgets what the server has thrown away', () => {
  draft.saveDraft('a', {
    ...draft.emptyDraft(),
    text: '请假',
    files: [
      file({ key: 'old', sentAt: 1 }),
      file({ key: 'new', sentAt: 40 * HOUR }),
      file({ key: 'half', state: 'sending', sentAt: undefined }),
    ],
  })
  expect(draft.readDraft('a', 50 * HOUR).files.map((it) => [it.key, it.state])).toEqual([
    ['new', 'sent'],
    ['half', 'failed'],
  ])
})

it('reads what an older release kept: words alone', () => {
  phone.storage.set('talk.a', '从前写的')
  expect(draft.readDraft('a')).toMatchObject({ text: '从前写的', files: [], isTried: false })
})

it('is one line however often it is sent, and another once its words have changed', () => {
  const tried = { ...draft.emptyDraft(), text: '请假', isTried: true }
  expect(draft.changed({ ...tried, isTried: false }, { text: '请假一天' }).requestId).toBe(tried.requestId)
  const other = draft.changed(tried, { text: '请假一天' })
  expect(other.requestId).not.toBe(tried.requestId)
  expect(other.isTried).toBe(false)
})

const at = { studentId: 'a'.repeat(24), letterId: 'b'.repeat(24) }
const place = `/me/children/${at.studentId}/letters/${at.letterId}/thread`
const say = (text: string, seenBy: 'family' | 'me' = 'family') =>
  queue.deliver(contract.writeToMyThread, {
    ...at,
    seenBy,
    requestId: draft.newRequestId(),
    text,
    fileIds: [],
  })

it('shows what waits for the network in the thread it was written in, not in the other one', async () => {
  const saying = say('悄悄的', 'me')
  cutOff(await phone.next())
  await expect(saying).resolves.toBeNull()
  expect(queue.heldFor(`${place}#me`).map(queue.wordsOf)).toEqual(['悄悄的'])
  expect(queue.heldFor(`${place}#family`)).toEqual([])
})

it('gives words back with the reason when the server does not take them after all', async () => {
  const saying = say('不合适的话')
  cutOff(await phone.next())
  await saying
  const sending = queue.flush()
  refuse(await phone.next(), 400, '这段话里有不适合发出的内容，请改一改再发')
  await sending
  expect(queue.heldFor(`${place}#family`)).toEqual([])
  expect(queue.handedBack(`${place}#family`)).toEqual([
    { text: '不合适的话', because: '这段话里有不适合发出的内容，请改一改再发' },
  ])
  queue.forgetHandedBack(`${place}#family`, '不合适的话')
  expect(queue.handedBack(`${place}#family`)).toEqual([])
})
