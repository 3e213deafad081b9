import { listHelpLines, type HelpLine } from '../../contract'
import { call } from '../../services/api'

/**
 * Where to turn when a child or a parent is not well: names, numbers, hours; a tap calls. Fetches the city's list by
 * itself and shows nothing while there is none: a page must not fail because of it.
 */
Component({
  data: { lines: [] as HelpLine[] },
  lifetimes: {
    attached() {
      void call(listHelpLines, {})
        .then(({ lines }) => this.setData({ lines }))
        .catch(() => undefined)
    },
  },
  methods: {
    onCall(event: WechatMiniprogram.BaseEvent) {
      const { number } = event.currentTarget.dataset as { number: string }
      // Closing the system's own question without calling is an answer, not a failure.
      void wx.makePhoneCall({ phoneNumber: number }).catch(() => undefined)
    },
  },
})
