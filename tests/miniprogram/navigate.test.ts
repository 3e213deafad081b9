import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Navigate from '../../miniprogram/services/navigate.ts'
import { child, opened, usePhone } from '../support/phone.ts'

let phone: ReturnType<typeof usePhone>
let navigate: typeof Navigate

beforeEach(async () => {
  phone = usePhone()
  navigate = await import('../../miniprogram/services/navigate.ts')
})
afterEach(() => vi.unstubAllGlobals())

it('opens tabs as tabs and pages as pages', () => {
  navigate.go('/pages/letters/letters?from=home')
  navigate.go('/packages/letter/letter/letter?id=1')

  expect(phone.went).toEqual([
    'switchTab /pages/letters/letters',
    'navigateTo /packages/letter/letter/letter?id=1',
  ])
})

it('opens a page once when the card is tapped twice', () => {
  navigate.go('/packages/letter/letter/letter?id=1')
  navigate.go('/packages/letter/letter/letter?id=1')

  expect(phone.went).toHaveLength(1)
})

it('still opens a page when ten are open already', () => {
  phone.standOn(Array.from({ length: 9 }, () => ({ route: 'packages/letter/letter/letter', options: {} })))
  navigate.go('/packages/letter/letter/letter?id=1')

  expect(phone.went).toEqual(['redirectTo /packages/letter/letter/letter?id=1'])
})

it('opens the shared letter after signing in, and home the time after', () => {
  phone.standOn([{ route: 'packages/letter/letter/letter', options: { id: '1', from: '群 聊' } }])
  navigate.signInFirst()
  navigate.goOn()
  navigate.goOn()

  expect(phone.went.slice(1)).toEqual([
    'reLaunch /packages/letter/letter/letter?id=1&from=%E7%BE%A4%20%E8%81%8A',
    'reLaunch /pages/home/home',
  ])
})

it('remembers the child chosen last and tells the pages about a change', async () => {
  const { session } = await import('../../miniprogram/services/session.ts')
  const store = await import('../../miniprogram/services/store.ts')
  session.adopt(opened('token', { children: [child('1', '张三'), child('2', '张四')] }) as never)
  expect(store.currentChild()?.name).toBe('张三')

  const heard: (string | undefined)[] = []
  store.watchChild((it) => heard.push(it?.name))
  store.chooseChild('2'.repeat(24))
  store.chooseChild('2'.repeat(24))
  expect(heard).toEqual(['张四'])

  vi.resetModules()
  const again = await import('../../miniprogram/services/store.ts')
  expect(again.currentChild()?.name).toBe('张四')
})

it('falls back to the first child when the chosen one has left', async () => {
  const { session } = await import('../../miniprogram/services/session.ts')
  const store = await import('../../miniprogram/services/store.ts')
  store.chooseChild('9'.repeat(24))
  session.adopt(opened('token', { children: [child('1', '张三')] }) as never)

  expect(store.currentChild()?.name).toBe('张三')
})
