import { tell } from '../../services/api'
import { answer, mustAgree, privacyText } from '../../services/consent'
import { go } from '../../services/navigate'
import { pages } from '../../services/pages'
import { me } from '../../services/store'

/**
 * Asks for consent where a page is about to lead to a child: in short, with the way to the whole text. Fires `yes` once
 * the answer is with the server, `no` when it was closed or answered elsewhere; the page owns `visible`.
 */
Component({
  properties: { visible: { type: Boolean, value: false } },
  data: { busy: false },

  lifetimes: {
    attached() {
      // Answered on the page of the whole text: this question is over.
      stops.set(
        this,
        me.watch(() => {
          if (this.data.visible && !this.data.busy && !mustAgree()) this.triggerEvent('no')
        }),
      )
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    async onYes() {
      if (this.data.busy) return
      this.setData({ busy: true })
      try {
        const { version } = await privacyText()
        await answer(version, true)
        this.triggerEvent('yes')
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    onNo() {
      this.triggerEvent('no')
    },
    onRead() {
      go(pages.privacy)
    },
  },
})

const stops = new WeakMap<object, () => void>()
