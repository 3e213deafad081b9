import { tell } from '../../services/api'
import { openFile } from '../../services/attach'

/**
 * What two sides have written to each other, mine on the right; below it what is still on this phone. Fires `earlier`, `withdraw` and `again`
 * (put it right and send it again) with the line's id, and `retry`.
 */
Component({
  properties: {
    /** `ShownLine[]` of services/talk. */
    lines: { type: Array, value: [] },
    /** `HeldLine[]` of services/talk-page. */
    held: { type: Array, value: [] },
    hasEarlier: { type: Boolean, value: false },
    isMore: { type: Boolean, value: false },
  },
  methods: {
    onEarlier() {
      this.triggerEvent('earlier')
    },
    onRetry() {
      this.triggerEvent('retry')
    },
    onAgain(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      this.triggerEvent('again', { id })
    },
    onWithdraw(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      this.triggerEvent('withdraw', { id })
    },
    onOpen(event: WechatMiniprogram.BaseEvent) {
      const { link, kind } = event.currentTarget.dataset as { link: string; kind: 'image' | 'pdf' }
      openFile(link, kind).catch(tell)
    },
  },
})
