/**
 * The page's one primary button, always under the thumb; fires `act`. Give page-shell `barred` beside it. The slot
 * stands above the button: a line of what is still missing, or a box to tick.
 */
Component({
  properties: {
    text: { type: String, value: '' },
    busy: { type: Boolean, value: false },
    disabled: { type: Boolean, value: false },
    /** A quiet second way below the button; fires `second`. */
    second: { type: String, value: '' },
  },
  methods: {
    onAct() {
      if (!this.data.busy && !this.data.disabled) this.triggerEvent('act')
    },
    onSecond() {
      if (!this.data.busy) this.triggerEvent('second')
    },
  },
})
