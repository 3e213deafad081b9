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
      this.show()
      stops.set(
        this,
        watchChild(() => this.show()),
      )
    },
    detached() {
      stops.get(this)?.()
    },
  },
  pageLifetimes: {
    // A page that was left open at ten says at midnight who answers at midnight.
    show() {
      if (Date.now() - (asked.get(this) ?? 0) > FRESH_MS) this.show()
    },
  },
  methods: {
    show() {
      const studentId = currentChild()?.studentId
      asked.set(this, Date.now())
      void helpLinesFor(studentId).then((lines) => {
        // Another child may have been chosen while this answer was on its way.
        if (currentChild()?.studentId === studentId) this.setData({ lines })
      })
    },
    onCall(event: WechatMiniprogram.BaseEvent) {
      const { number } = event.currentTarget.dataset as { number: string }
      // Closing the system's own question without calling is an answer, not a failure.
      void wx.makePhoneCall({ phoneNumber: number }).catch(() => undefined)
    },
  },
})

/** So long what was heard of the hour still holds. */
const FRESH_MS = 60_000
const asked = new WeakMap<object, number>()
const stops = new WeakMap<object, () => void>()
