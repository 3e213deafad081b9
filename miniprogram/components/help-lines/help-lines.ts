import { listHelpLines, type HelpLine } from '../../contract'
import { call } from '../../services/api'
import { currentChild, watchChild } from '../../services/store'

/**
 * Where to turn when a child or a parent is not well: names, numbers, hours; a tap calls. Fetches the list of the chosen
 * child's city by itself and shows nothing while there is none: a page must not fail because of it.
 */
Component({
  data: { lines: [] as HelpLine[] },
  lifetimes: {
    attached() {
      const show = () => {
        const studentId = currentChild()?.studentId
        void call(listHelpLines, studentId ? { studentId } : {})
          .then(({ lines }) => {
            // Another child may have been chosen while this answer was on its way.
            if (currentChild()?.studentId === studentId) this.setData({ lines })
          })
          .catch(() => undefined)
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
