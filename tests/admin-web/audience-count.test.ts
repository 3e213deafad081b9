import { expect, it } from 'vitest'
import {
  ageInWords,
  progressInWords,
  reachInWords,
  unjoinedInWords,
} from '../../admin-web/src/pages/letters/audience-count'

const NOW = new Date('2026-11-25T12:10:00Z')

it('says as of when a count is, with its day where that was not today', () => {
  expect(ageInWords({ countedAt: null }, NOW)).toBe('')
  expect(ageInWords({ countedAt: '2026-11-25T12:05:00Z', isCounting: false }, NOW)).toBe('（截至20:05）')
  expect(ageInWords({ countedAt: '2026-11-24T12:05:00Z', isCounting: true }, NOW)).toBe(
    '（截至11月24日(周二) 20:05，正在重新数）',
  )
})

it('says in one sentence how the families hear of the letter', () => {
  const said = (wechat: number, text: number | null, app: number) =>
    reachInWords({ joined: 35, reach: { wechat, text, app } })
  expect(said(30, 2, 3)).toBe('：微信能提醒30家，短信再通知2家，另3家要自己打开小程序才看到')
  expect(said(30, null, 5)).toBe('：微信能提醒30家，另5家要自己打开小程序才看到')
  expect(said(35, 0, 0)).toBe('：微信能提醒35家')
  expect(said(0, null, 35)).toBe('：微信都提醒不到，要自己打开小程序才看到')
  expect(reachInWords({ joined: 900_000 })).toBe('（范围大，没有逐家去数微信能提醒多少家）')
  expect(reachInWords({ joined: 0 })).toBe('')
})

it('says how far the first count of a city is', () => {
  expect(progressInWords({ done: 3, of: 8 })).toBe('正在数：8个区县已数3个')
})

it('says how many families get nothing yet', () => {
  expect(unjoinedInWords({ families: 1_072, joined: 1 })).toBe('；1,071家还没有家长加入，收不到')
  expect(unjoinedInWords({ families: 72, joined: 72 })).toBe('')
})

it('says beside the text messages what the money that is left pays for', () => {
  const said = (texts: { needed: number; paid: number; of: 'day' | 'month' }) =>
    reachInWords({ joined: 40, reach: { wechat: 10, text: 30, app: 0, texts } })
  expect(said({ needed: 30, paid: 30, of: 'day' })).toBe('：微信能提醒10家，短信再通知30家')
  expect(said({ needed: 30, paid: 20, of: 'day' })).toBe(
    '：微信能提醒10家，短信再通知30家（今天的短信钱还够发20条，其余的明天起接着发）',
  )
  expect(said({ needed: 30, paid: 0, of: 'day' })).toContain('（今天的短信钱用完了，明天起接着发）')
  expect(said({ needed: 30, paid: 2, of: 'month' })).toContain(
    '（这个月的短信钱还够发2条，其余的只在小程序里看到）',
  )
  expect(said({ needed: 30, paid: 0, of: 'month' })).toContain(
    '（这个月的短信钱用完了，这些家庭只在小程序里看到）',
  )
})
