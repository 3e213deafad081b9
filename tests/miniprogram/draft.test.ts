import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Contract from '../../miniprogram/contract.ts'
import type * as Draft from '../../miniprogram/services/draft.ts'
import type * as Queue from '../../miniprogram/services/queue.ts'
import { answer, cutOff, opened, refuse, usePhone } from '../support/phone.ts'

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

it('offers to send again what was on its way, and what the server has thrown away', () => {
  draft.saveDraft('a', {
    ...draft.emptyDraft(),
    text: '请假',
    files: [
      file({ key: 'old', sentAt: 1 }),
      file({ key: 'new', sentAt: 40 * HOUR }),
      file({ key: 'half', state: 'sending', sentAt: undefined }),
    ],
  })
  expect(draft.readDraft('a', 50 * HOUR).files.map((it) => [it.key, it.state, it.fileId])).toEqual([
    // Under its old number the server would name what is not there any more.
    ['old-1', 'failed', ''],
    ['new', 'sent', 'f1'],
    ['half', 'failed', 'f1'],
  ])
})

it('goes on sending a file when its page is closed, and marks it in the draft whatever was written since', async () => {
  const half = file({ key: 'k-00000001', state: 'failed', fileId: '', sentAt: undefined })
  draft.saveDraft('a', { ...draft.emptyDraft(), text: '请假', files: [half] })
  const told = vi.fn()
  const stop = draft.watchDrafts(told)
  const sending = draft.sendFile('a', half)
  const request = await phone.next()
  expect(draft.readDraft('a').files[0]?.state).toBe('sending')
  // Asked again meanwhile, it is not sent a second time.
  await draft.sendFile('a', half)
  expect(phone.asked).toEqual([])

  draft.saveDraft('a', { ...draft.readDraft('a'), text: '请假一天' })
  answer(request, 200, { id: 'f9' })
  await sending
  expect(draft.readDraft('a')).toMatchObject({ text: '请假一天', files: [{ state: 'sent', fileId: 'f9' }] })
  expect(told).toHaveBeenCalledWith('a')
  stop()
})

it('keeps a file that did not get through, to be sent again', async () => {
  const half = file({ key: 'k-00000002', state: 'failed', fileId: '', sentAt: undefined })
  draft.saveDraft('a', { ...draft.emptyDraft(), files: [half] })
  const sending = draft.sendFile('a', half)
  cutOff(await phone.next())
  await expect(sending).rejects.toMatchObject({ message: '网络不通，没有传上' })
  expect(draft.readDraft('a').files).toMatchObject([{ key: 'k-00000002', state: 'failed' }])
})

it('is done with when its line has gone, and keeps what was added meanwhile', () => {
  const said = { requestId: 'r1-00000', text: '请假', fileIds: ['f1'] }
  const written = { ...draft.emptyDraft(), ...said, files: [file()], isTried: true }
  draft.saveDraft('a', written)
  draft.finishDraft('a', said)
  expect(phone.storage.has('talk.a')).toBe(false)
  expect(phone.removed).toEqual(['tmp/a.jpg'])

  const other = file({ key: 'k2', fileId: 'f2' })
  draft.saveDraft('a', draft.changed(written, { text: '请假\n还有，下午来接', files: [file(), other] }))
  draft.finishDraft('a', said)
  expect(draft.readDraft('a', HOUR)).toMatchObject({ text: '还有，下午来接', files: [{ key: 'k2' }] })
})

it('lives as long as the mini-program where the phone has no room', () => {
  vi.spyOn(wx, 'setStorageSync').mockImplementation(() => {
    throw new Error('setStorage:fail exceed storage max size')
  })
  draft.saveDraft('a', { ...draft.emptyDraft(), text: '请假' })
  expect(draft.readDraft('a').text).toBe('请假')
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
  const back = { text: '不合适的话', because: '这段话里有不适合发出的内容，请改一改再发', fileIds: [] }
  expect(queue.handedBack(`${place}#family`)).toEqual([back])
  queue.forgetHandedBack(`${place}#family`, back)
  expect(queue.handedBack(`${place}#family`)).toEqual([])
})

it('gives files back, too, also where there were no words', async () => {
  const said = { ...at, seenBy: 'family' as const, requestId: draft.newRequestId(), text: '' }
  const saying = queue.deliver(contract.writeToMyThread, { ...said, fileIds: ['f'.repeat(24)] })
  cutOff(await phone.next())
  await saying
  const sending = queue.flush()
  refuse(await phone.next(), 409, '这段往来已经结束')
  await sending
  const [back] = queue.handedBack(`${place}#family`)
  expect(back).toEqual({ text: '', because: '这段往来已经结束', fileIds: ['f'.repeat(24)] })
  expect(draft.givenBack(back?.fileIds ?? [])).toMatchObject([{ state: 'sent', fileId: 'f'.repeat(24) }])
})

it('leaves nothing on the phone for whoever signs in next, files neither', async () => {
  const { forgetUnsent } = await import('../../miniprogram/services/unsent.ts')
  draft.saveDraft('a', { ...draft.emptyDraft(), text: '请假', files: [file()] })
  phone.storage.set('talk.old', '从前写的')
  forgetUnsent()
  expect(phone.removed).toEqual(['tmp/a.jpg'])
  expect([...phone.storage.keys()].filter((it) => it.startsWith('talk.'))).toEqual([])
})
