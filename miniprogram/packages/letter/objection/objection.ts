/** The quiet way to say no to a letter, with the reason for the sender alone. Fires `object` with it. */
Component({
  properties: {
    /** What was said before; '' while nothing was. */
    reason: { type: String, value: '' },
    hasSaid: { type: Boolean, value: false },
    mayObject: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
  },
  data: { isOpen: false, text: '', problem: '' },

  observers: {
    hasSaid() {
      this.setData({ isOpen: false })
    },
    reason() {
      this.setData({ isOpen: false })
    },
  },

  methods: {
    onOpen() {
      this.setData({ isOpen: true, text: this.data.reason, problem: '' })
    },
    onType(event: WechatMiniprogram.Input) {
      this.data.text = event.detail.value
    },
    onYes() {
      const reason = this.data.text.trim()
      if (reason === '') {
        this.setData({ problem: '请写一下您的想法，老师才好和您商量' })
        return
      }
      this.triggerEvent('object', { reason })
    },
    onNo() {
      this.setData({ isOpen: false })
    },
  },
})
