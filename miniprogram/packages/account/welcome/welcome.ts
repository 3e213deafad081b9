import { bindPhone } from '../../../contract'
import { changeRole, refreshMe } from '../../../services/account'
import { call, tell } from '../../../services/api'
import { answer, mustAgree, privacyText } from '../../../services/consent'
import { go, goOn, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { session } from '../../../services/session'

interface Data {
  busy: boolean
  /** Why the phone button did not help; the class code is the way that always works. */
  problem: string
  /** 先不同意: what is there without signing in. */
  isDeclined: boolean
}
interface Custom {
  onPhone: (
    event: WechatMiniprogram.CustomEvent<{ code?: string; errno?: number; errMsg: string }>,
  ) => Promise<void>
  agree: () => Promise<void>
  enter: (code: string) => Promise<void>
  onCode: () => Promise<void>
  onPrivacy: () => void
  onDecline: () => void
  onBack: () => void
}

/** WeChat's own code for: this mini-program has used up its phone number look-ups. */
const QUOTA_GONE = 1400001

/** Signing in is agreeing: the buttons say so, and the answer is taken down before anything else is asked. */
Page<Data, Custom>({
  data: { busy: false, problem: '', isDeclined: false },

  onLoad() {
    // What is agreed to is the text in force when the buttons were shown; unreachable now, it is asked for at the tap.
    void privacyText().catch(() => undefined)
  },

  async onPhone({ detail }) {
    if (this.data.busy) return
    if (detail.code) return this.enter(detail.code)
    const problem =
      detail.errno === QUOTA_GONE
        ? '现在暂时不能用手机号登录，请用班级码加入。'
        : '没有拿到手机号。不方便的话，也可以用班级码加入。'
    this.setData({ problem })
  },

  async agree() {
    if (mustAgree()) await answer((await privacyText()).version, true)
  },

  async enter(code) {
    this.setData({ busy: true, problem: '' })
    try {
      await session.open({ asked: true })
      await this.agree()
      session.adopt(await call(bindPhone, { code }))
      // The number may have led to an account of its own, which has not answered yet.
      await this.agree()
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
      await this.agree()
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
  onDecline() {
    this.setData({ isDeclined: true })
  },
  onBack() {
    this.setData({ isDeclined: false })
  },
})
