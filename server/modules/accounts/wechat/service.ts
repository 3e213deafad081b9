import { Refusal } from '../../../http/errors.ts'
import type { WechatClient } from '../../../infra/wechat/client.ts'
import { ERR, WeChatError, WeChatUnreachable } from '../../../infra/wechat/errors.ts'

/** The WeChat identity behind a `wx.login` code; a code works once and for five minutes. */
export const identify = (wechat: WechatClient, code: string) =>
  translated(async () => (await wechat.code2Session(code)).openId)

/** The phone number behind the code of the phone button. */
export const phoneOf = (wechat: WechatClient, code: string) =>
  translated(async () => (await wechat.getPhoneNumber(code)).phone)

/** The picture of a mini-program code that opens one page with one ticket. */
export const codePicture = (wechat: WechatClient, code: { scene: string; page: string }) =>
  translated(() => wechat.getUnlimitedQrCode(code))

async function translated<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof WeChatUnreachable)
      throw new Refusal('unavailable', '微信暂时没有回应，请稍后再试', 3)
    if (!(error instanceof WeChatError)) throw error
    if (error.errcode === ERR.badCode || error.errcode === ERR.usedCode) {
      throw new Refusal('unauthenticated', '登录已过期，请重新进入小程序')
    }
    if (error.errcode === ERR.blockedPerson) throw new Refusal('forbidden', '微信限制了这个账号登录')
    if (error.errcode === ERR.minuteQuota) throw new Refusal('too_many', '操作太频繁，请一分钟后再试', 60)
    throw new Refusal('unavailable', '微信暂时没有回应，请稍后再试', 3)
  }
}
