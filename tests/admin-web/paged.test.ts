import { VueQueryPlugin } from '@tanstack/vue-query'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApp, effectScope, shallowRef } from 'vue'
import { listStaff } from '#contract/org'
import { openBrowser } from './browser'

const id = (digit: string) => digit.repeat(24)
const member = (personId: string) => ({
  personId,
  name: '李老师',
  post: 'teacher',
  unitId: id('1'),
  unitName: '实验中学',
  postId: id('1'),
  isDeputy: false,
  deputyFor: null,
  from: '2026-09-01T00:00:00.000Z',
  to: null,
  state: 'now',
  abilities: { end: false, nameDeputy: false, readHistory: false, resetPassword: false, resetTotp: false },
})

const ABILITIES = { appoint: false, keepSignIn: false }

/** Every request waits here until the test answers it. */
let asked: { path: string; say: (reply: object, status?: number) => void }[] = []

beforeEach(() => {
  asked = []
  openBrowser(() => '')
  vi.stubGlobal(
    'fetch',
    (path: string) =>
      new Promise((resolve) =>
        asked.push({ path, say: (reply, status = 200) => resolve(Response.json(reply, { status })) }),
      ),
  )
  vi.resetModules()
})
afterEach(() => vi.unstubAllGlobals())

async function openList(unitId: () => string) {
  const { usePaged } = await import('../../admin-web/src/composables/usePaged')
  const app = createApp({ render: () => null })
  app.use(VueQueryPlugin)
  const scope = effectScope()
  const list = app.runWithContext(() =>
    scope.run(() =>
      usePaged(
        listStaff,
        () => ({ unitId: unitId() }),
        (reply) => reply.staff,
      ),
    ),
  )
  if (!list) throw new Error('the list did not open')
  return list
}
const question = (at: number) => vi.waitFor(() => asked[at] ?? Promise.reject(new Error(`no question ${at}`)))

it('puts the pages one after the other and says when there are no more', async () => {
  const list = await openList(() => id('1'))
  const first = await question(0)
  expect(first.path).toBe(`/api/units/${id('1')}/staff`)
  first.say({ staff: [member(id('a'))], next: id('a'), abilities: ABILITIES })
  await vi.waitFor(() => expect(list.pager.hasMore).toBe(true))

  void list.pager.more()
  const second = await question(1)
  expect(second.path).toBe(`/api/units/${id('1')}/staff?after=${id('a')}`)
  second.say({ staff: [member(id('b'))], next: null, abilities: ABILITIES })

  await vi.waitFor(() => expect(list.rows.value.map((it) => it.personId)).toEqual([id('a'), id('b')]))
  expect(list.pager.hasMore).toBe(false)
})

it('says that the next page did not come, keeps what is there, and takes it when asked again', async () => {
  const list = await openList(() => id('1'))
  const first = await question(0)
  first.say({ staff: [member(id('a'))], next: id('a'), abilities: ABILITIES })
  await vi.waitFor(() => expect(list.pager.hasMore).toBe(true))

  void list.pager.more()
  const second = await question(1)
  second.say({ error: { code: 'invalid', message: '翻页的位置不对' } }, 400)
  await vi.waitFor(() => expect(list.pager).toMatchObject({ isFailed: true, hasMore: true, shown: 1 }))

  void list.pager.more()
  const third = await question(2)
  third.say({ staff: [member(id('b'))], next: null, abilities: ABILITIES })
  await vi.waitFor(() => expect(list.pager).toMatchObject({ isFailed: false, hasMore: false, shown: 2 }))
})

it('shows the unit that was chosen last, however late the answer for the first one comes', async () => {
  const unitId = shallowRef(id('1'))
  const list = await openList(() => unitId.value)
  const slow = await question(0)
  unitId.value = id('2')
  const quick = await question(1)

  quick.say({ staff: [member(id('b'))], next: null, abilities: ABILITIES })
  await vi.waitFor(() => expect(list.rows.value).toHaveLength(1))
  slow.say({ staff: [member(id('a')), member(id('c'))], next: null, abilities: ABILITIES })
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(list.rows.value.map((it) => it.personId)).toEqual([id('b')])
})
