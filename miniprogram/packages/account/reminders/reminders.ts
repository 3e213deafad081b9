import type { MessageKind, MySubscription } from '../../../contract'
import { explain } from '../../../services/api'
import { askToRemind, loadSubscriptions, subscriptions } from '../../../services/subscribe'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  reminders: MySubscription[]
}
interface Custom {
  load: () => Promise<void>
  onRenew: (event: WechatMiniprogram.BaseEvent) => Promise<void>
}

/** How often WeChat may still ring for each kind of thing, and 续订: one accepted tap is one message. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', reminders: [] },

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
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async onRenew(event) {
    const { kind } = event.currentTarget.dataset as { kind: MessageKind }
    await askToRemind([kind])
    this.setData({ reminders: subscriptions.get() ?? [] })
  },
})
