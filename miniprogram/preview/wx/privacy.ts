import { identity } from '../identity.ts'
import { api, Refused } from './api.ts'
import { showModal } from './dialogs.ts'

type Resolve = (answer: { event: 'exposureAuthorization' | 'agree' | 'disagree'; buttonId?: string }) => void
type Listener = (resolve: Resolve, info: { referrer: string }) => void

const KEY = `mp-privacy:${identity}`
let listener: Listener | undefined
let settle: (() => void)[] = []

const isAgreed = () => localStorage.getItem(KEY) === 'yes'

export function agreeToPrivacy() {
  localStorage.setItem(KEY, 'yes')
  for (const done of settle) done()
  settle = []
}

/** Before WeChat gives anything personal, the person must have agreed; the app may show its own popup for that. */
export function needPrivacy(referrer: string): Promise<void> {
  if (isAgreed()) return Promise.resolve()
  if (!listener) return askPlainly()
  return new Promise((resolve, reject) => {
    settle.push(resolve)
    listener?.(
      ({ event }) => {
        if (event === 'agree') agreeToPrivacy()
        if (event === 'disagree') reject(new Refused('privacy permission is not authorized'))
      },
      { referrer },
    )
  })
}

async function askPlainly() {
  const content = '小程序将按《隐私保护指引》使用您的信息，是否同意？'
  const { confirm } = await showModal({
    title: '隐私保护提示',
    content,
    confirmText: '同意',
    cancelText: '拒绝',
  })
  if (!confirm) throw new Refused('privacy permission is not authorized')
  agreeToPrivacy()
}

export const privacyApi = () => ({
  onNeedPrivacyAuthorization: (it: Listener) => {
    listener = it
  },
  getPrivacySetting: api('getPrivacySetting', () => ({
    needAuthorization: !isAgreed(),
    privacyContractName: '《隐私保护指引》',
  })),
  requirePrivacyAuthorize: api('requirePrivacyAuthorize', () => needPrivacy('requirePrivacyAuthorize')),
  openPrivacyContract: api('openPrivacyContract', async () => {
    await showModal({
      title: '隐私保护指引',
      content: '正式环境里，这里打开在微信后台登记的指引。',
      showCancel: false,
      confirmText: '知道了',
    })
  }),
})
