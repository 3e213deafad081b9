import { identity } from '../identity.ts'
import { api, Refused } from './api.ts'
import { ask, button, element } from './overlay.ts'

/** Asks the backend's demo door, which asks the WeChat simulator. */
async function demo<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`/demo/wx/${path}`, init)
  if (!response.ok) throw new Refused(`${path}: ${response.status}`)
  return (await response.json()) as T
}

const codeFor = (what: 'login' | 'phone') =>
  demo<{ code: string }>(`${what}?as=${encodeURIComponent(identity)}`)

/** The code that a getPhoneNumber button hands to the page. */
export const phoneCode = () => codeFor('phone')

async function requestSubscribeMessage({ tmplIds }: { tmplIds: string[] }) {
  if (tmplIds.length === 0 || tmplIds.length > 3) throw new Refused('templateIds length must be 1 to 3')
  const isAllowed = await ask<boolean>((answer) => {
    const sheet = element('div', 'mp-consent')
    sheet.role = 'dialog'
    sheet.append(
      element('h3', '', '家长学校'),
      element('p', 'lead', `申请向您发送 ${tmplIds.length} 类通知，每类发送一次`),
      element('p', '', '您可以随时在小程序的设置里管理通知。'),
    )
    const buttons = element(
      'footer',
      '',
      button('取消', () => answer(false)),
      button('允许', () => answer(true), 'main'),
    )
    sheet.append(buttons)
    return sheet
  })
  if (isAllowed) {
    const body = JSON.stringify({ as: identity, templateIds: tmplIds })
    await demo('subscribe', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  }
  return Object.fromEntries(tmplIds.map((id) => [id, isAllowed ? 'accept' : 'reject']))
}

export const accountApi = () => ({
  login: api('login', () => codeFor('login')),
  checkSession: api('checkSession', () => {}),
  requestSubscribeMessage: api('requestSubscribeMessage', requestSubscribeMessage),
  getSetting: api('getSetting', () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true } })),
  openSetting: api('openSetting', () => ({ authSetting: {} })),
})
