import { expect, it } from 'vitest'
import { deviceName } from '../../server/modules/accounts/rules.ts'

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'

it.each([
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36`,
    '电脑上的谷歌浏览器',
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
    '电脑上的微软浏览器',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50',
    '苹果手机上的微信',
  ],
  [
    `Mozilla/5.0 (Linux; Android 14; V2307A) ${webkit} Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.49`,
    '安卓手机上的微信',
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1',
    '苹果平板上的苹果浏览器',
  ],
  ['curl/8.5.0', '其他设备'],
  ['', '其他设备'],
])('calls %s by a name that its owner recognises', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name)
})
