import { chooseMyTexting, type MessageKind, type MySubscription, readMyTexting } from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { me } from '../../../services/store'
import { askToRemind, loadSubscriptions, subscriptions } from '../../../services/subscribe'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  reminders: MySubscription[]
  texting: { isOffered: boolean; isWanted: boolean }
}
interface Custom {
  load: () => Promise<void>
  onSettings: () => void
  onTexting: () => Promise<void>
  onRenew: (event: WechatMiniprogram.BaseEvent) => Promise<void>
}

/** How often WeChat may still ring for each kind of thing, and 续订: one accepted tap is one message. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', reminders: [], texting: { isOffered: false, isWanted: true } },

  onLoad() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      this.setData({ state: 'ready', reminders: await loadSubscriptions() })
      // Only a guardian is ever texted; without an answer the card is simply not there.
      if (me.get()?.role === 'guardian') this.setData({ texting: await call(readMyTexting, {}) })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onSettings() {
    void wx.openSetting({ withSubscriptions: true })
  },
  async onTexting() {
    const isWanted = !this.data.texting.isWanted
    try {
      await call(chooseMyTexting, { isWanted })
      this.setData({ 'texting.isWanted': isWanted })
    } catch (error) {
      tell(error)
    }
  },

  async onRenew(event) {
    const { kind } = event.currentTarget.dataset as { kind: MessageKind }
    await askToRemind([kind])
    this.setData({ reminders: subscriptions.get() ?? [] })
  },
})
