import { bindPhone } from '../../../contract'
import { changeRole, refreshMe } from '../../../services/account'
import { call, tell } from '../../../services/api'
import { go, goOn, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { session } from '../../../services/session'

interface Data {
  busy: boolean
  /** Why the phone button did not help; the class code is the way that always works. */
  problem: string
}
interface Custom {
  onPhone: (
    event: WechatMiniprogram.CustomEvent<{ code?: string; errno?: number; errMsg: string }>,
  ) => Promise<void>
  enter: (code: string) => Promise<void>
  onCode: () => Promise<void>
  onPrivacy: () => void
}

/** WeChat's own code for: this mini-program has used up its phone number look-ups. */
const QUOTA_GONE = 1400001

Page<Data, Custom>({
  data: { busy: false, problem: '' },

  async onPhone({ detail }) {
    if (this.data.busy) return
    if (detail.code) return this.enter(detail.code)
    const problem =
      detail.errno === QUOTA_GONE
        ? '现在暂时不能用手机号登录，请用班级码加入。'
        : '没有拿到手机号。不方便的话，也可以用班级码加入。'
    this.setData({ problem })
  },

  async enter(code) {
    this.setData({ busy: true, problem: '' })
    try {
      await session.open({ asked: true })
      session.adopt(await call(bindPhone, { code }))
      const me = await refreshMe()
      if (me.matchesWaiting > 0) replaceWith(pages.match)
      else if (me.children.length > 0) goOn()
      else if (me.canSwitchRole) {
        // A teacher who is nobody's parent here has nothing to join.
        await changeRole('staff')
        goOn()
      } else replaceWith(`${pages.join}?from=phone`)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  async onCode() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await session.open({ asked: true })
      go(pages.join)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onPrivacy() {
    go(pages.privacy)
  },
})
