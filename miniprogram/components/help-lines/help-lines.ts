import type { HelpLine } from '../../contract'
import { helpLinesFor } from '../../services/help-lines'
import { currentChild, watchChild } from '../../services/store'

/**
 * Where to turn when a child or a parent is not well: names, numbers, hours, who answers now; a tap calls. Fetches the list of the chosen
 * child's city by itself; without a network it shows the one heard last: no page fails because of it, and nobody in need stands without.
 */
Component({
  data: { lines: [] as HelpLine[] },
  lifetimes: {
    attached() {
      const show = () => {
        const studentId = currentChild()?.studentId
        void helpLinesFor(studentId).then((lines) => {
          // Another child may have been chosen while this answer was on its way.
          if (currentChild()?.studentId === studentId) this.setData({ lines })
        })
      }
      show()
      stops.set(this, watchChild(show))
    },
    detached() {
      stops.get(this)?.()
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

const stops = new WeakMap<object, () => void>()
