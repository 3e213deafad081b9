import { expect, it } from 'vitest'
import { remindableText, whyNotNow } from '../../admin-web/src/pages/letters/reminding'

it('says why pressing 提醒 would reach nobody now', () => {
  const open = { remindAfter: null }
  expect(whyNotNow({ ...open, remindable: { families: 7, wechat: 0 } })).toBe('今天已经提醒过，或提醒不到')
  expect(whyNotNow({ ...open, remindable: { families: 7, wechat: 0, text: 1 } })).toBe('')
  expect(whyNotNow({ ...open, remindable: { families: 7, wechat: 1, text: 0 } })).toBe('')
  // Above a school nobody has counted.
  expect(whyNotNow({ ...open, remindable: null })).toBe('')
  expect(whyNotNow({ remindable: null, remindAfter: '2026-11-25T07:30:00Z' })).toMatch(
    /^刚提醒过，11月25日.*15:30以后可以再提醒$/,
  )
})

it('says how many are reached now, with text messages where the city pays for them', () => {
  expect(remindableText({ families: 7, wechat: 5 })).toBe('5/7')
  expect(remindableText({ families: 7, wechat: 5, text: 1 })).toBe('5/7，短信再通知1家')
})
