import type { MessageKind } from '../../contract'
import { askToRemind, loadSubscriptions, subscriptions } from '../../services/subscribe'

/**
 * Offers to remind by WeChat, with one sentence why, after something that mattered: a letter signed, a call booked.
 * Shows itself only while a reminder of these kinds is not allowed yet. Fires `allowed`.
 */
Component({
  properties: {
    /** At most three kinds, and about one thing. */
    kinds: { type: Array, value: [] as MessageKind[] },
    /** 通话前一天和前30分钟提醒您 */
    why: { type: String, value: '' },
  },
  data: { isOffered: false, thanks: false },

  lifetimes: {
    attached() {
      const known = subscriptions.get()
      void (known ? Promise.resolve(known) : loadSubscriptions().catch(() => [])).then((all) => {
        const wanted = all.filter((it) => this.data.kinds.includes(it.kind))
        this.setData({ isOffered: wanted.some((it) => it.left === 0) })
      })
    },
  },

  methods: {
    async onAllow() {
      const accepted = await askToRemind(this.data.kinds)
      if (accepted.length === 0) return
      this.setData({ isOffered: false, thanks: true })
      this.triggerEvent('allowed')
    },
  },
})
