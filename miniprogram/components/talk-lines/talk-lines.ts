import { tell } from '../../services/api'
import { openFile } from '../../services/attach'

/** What two sides have written to each other, mine on the right. Fires `withdraw` with the line's id. */
Component({
  properties: {
    /** `ShownLine[]` of services/talk. */
    lines: { type: Array, value: [] },
  },
  methods: {
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
