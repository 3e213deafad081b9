import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { MyData } from '../../miniprogram/contract.ts'
import { openPage, typed } from '../support/mini-page.ts'
import { answer, opened, person, refuse, usePhone } from '../support/phone.ts'

type Handler = (event?: unknown) => Promise<void>
interface OpenPage {
  data: Record<string, unknown>
  [handler: string]: unknown
}
const run = (page: OpenPage, handler: string, event?: unknown) => (page[handler] as Handler).call(page, event)

let phone: ReturnType<typeof usePhone>
beforeEach(() => {
  phone = usePhone()
})
afterEach(() => vi.unstubAllGlobals())

const consent = (isAsked: boolean, isWithdrawn = false) => ({ consent: { isAsked, isWithdrawn } })
async function signedIn(change: object = {}) {
  const { session } = await import('../../miniprogram/services/session.ts')
  session.adopt(opened('token', change) as never)
}

const kept = (deletion: MyData['deletion'] = null): MyData => ({
  consent: { version: 1, isGiven: true, answeredAt: '2026-11-22T02:00:00.000Z' },
  sections: [
    { title: '账号', lines: [{ label: '姓名', value: '刘洋' }], more: 0, onDeletion: '注销时删除' },
    { title: '消息', lines: [], more: 12, onDeletion: '注销时删除' },
  ],
  deletion,
})
const TEXT = {
  version: 2,
  effectiveOn: '2026-11-22',
  title: '我们怎样保护您和孩子的信息',
  changes: '写明了保存多久。',
  body: '请您看完。\n\n## 收集什么\n\n- **手机号：**核对您是哪个孩子的家长。\n\n## 您可以随时\n\n- 撤回同意。',
}

it('shows the text in chapters, with its version and day, and takes down a no only when asked twice', async () => {
  await signedIn(consent(true))
  const page = await openPage<OpenPage>('packages/account/privacy/privacy')
  const [reading, asking] = [await phone.next(), await phone.next()]
  answer(reading, 200, TEXT)
  answer(asking, 200, person(consent(true)))
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  expect(page.data).toMatchObject({
    answered: 'asked',
    edition: '第2版，2026年11月22日起施行',
    changes: '写明了保存多久。',
  })
  expect((page.data.chapters as { title: string }[]).map((it) => it.title)).toEqual([
    '',
    '收集什么',
    '您可以随时',
  ])

  await run(page, 'onNo')
  expect(phone.asked).toEqual([])
  void run(page, 'onReallyNo')
  const answering = await phone.next()
  expect(answering).toMatchObject({ path: 'POST /me/consent', data: { version: 2, isGiven: false } })
  answer(answering, 200, { done: true })
  answer(await phone.next(), 200, person(consent(false, true)))
  await vi.waitFor(() => expect(page.data.answered).toBe('withdrawn'))
})

it('reads the text again when a newer one came into force while it was read', async () => {
  await signedIn(consent(true))
  const page = await openPage<OpenPage>('packages/account/privacy/privacy')
  const [reading, asking] = [await phone.next(), await phone.next()]
  answer(reading, 200, TEXT)
  answer(asking, 200, person(consent(true)))
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))

  void run(page, 'onYes')
  refuse(await phone.next(), 409, '隐私保护说明刚刚更新了，请重新看一看')
  const again = await phone.next()
  expect(again.path).toBe('GET /privacy-text')
  answer(again, 200, { ...TEXT, version: 3 })
  answer(await phone.next(), 200, person(consent(true)))
  await vi.waitFor(() => expect(page.data.edition).toContain('第3版'))
})

it('is a page to read, without buttons, for somebody who is not signed in', async () => {
  const page = await openPage<OpenPage>('packages/account/privacy/privacy')
  answer(await phone.next(), 200, TEXT)
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))

  expect(page.data.answered).toBe('none')
  expect(phone.login).not.toHaveBeenCalled()
})

it('shows what is kept, puts a name right, and lets one think again about closing', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('packages/account/my-data/my-data')
  void run(page, 'onShow')
  answer(await phone.next(), 200, kept())
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  expect(page.data.sections).toMatchObject([
    { more: '', onDeletion: '删除' },
    { more: '还有12条，导出的文件里都有' },
  ])

  await run(page, 'onRename')
  expect(page.data).toMatchObject({ renaming: true, name: '张三妈妈' })
  await run(page, 'onName', typed('刘洋'))
  void run(page, 'onSaveName')
  void run(page, 'onSaveName')
  const naming = await phone.next()
  expect(naming).toMatchObject({ path: 'PUT /me/name', data: { name: '刘洋' } })
  answer(naming, 200, { done: true })
  const [first, second] = [await phone.next(), await phone.next()]
  answer(first, 200, person({ name: '刘洋' }))
  answer(second, 200, kept())
  await vi.waitFor(() => expect(page.data).toMatchObject({ renaming: false, busy: '' }))

  await run(page, 'onLeave')
  expect(phone.asked).toEqual([])
  void run(page, 'onReallyLeave')
  const closing = await phone.next()
  const dueAt = new Date(Date.now() + 7 * 86_400_000).toISOString()
  expect(closing.path).toBe('POST /me/data/deletion')
  answer(closing, 200, { dueAt })
  answer(await phone.next(), 200, kept({ askedAt: new Date().toISOString(), dueAt }))
  await vi.waitFor(() => expect(page.data).toMatchObject({ leaving: false, closing: { left: '还有7天' } }))

  void run(page, 'onStay')
  const staying = await phone.next()
  expect(staying.path).toBe('DELETE /me/data/deletion')
  answer(staying, 200, { done: true })
  answer(await phone.next(), 200, kept())
  await vi.waitFor(() => expect(page.data.closing).toBeNull())
})

it('says why an account stays open, and keeps the page', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('packages/account/my-data/my-data')
  void run(page, 'onShow')
  answer(await phone.next(), 200, kept())
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  void run(page, 'onReallyLeave')
  refuse(await phone.next(), 409, '您还担任岗位')

  await vi.waitFor(() => expect(page.data.busy).toBe(''))
  expect(phone.showToast).toHaveBeenLastCalledWith(expect.objectContaining({ title: '您还担任岗位' }))
  expect(page.data.closing).toBeNull()
})

it('fails into a sentence with a way to try again', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('packages/account/my-data/my-data')
  void run(page, 'onShow')
  refuse(await phone.next(), 503, '服务器正在重启')
  await vi.waitFor(() => expect(page.data).toMatchObject({ state: 'failed', problem: '服务器正在重启' }))
})
