/**
 * Asks once more, from below, before something that cannot be undone or that others see. The slot takes what belongs
 * to the question (a reason to type). Fires `yes` and `no`; the page owns `visible` and `busy`.
 */
Component({
  properties: {
    visible: { type: Boolean, value: false },
    title: { type: String, value: '' },
    text: { type: String, value: '' },
    yes: { type: String, value: '确定' },
    no: { type: String, value: '再想想' },
    danger: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
  },
  methods: {
    onYes() {
      if (!this.data.busy) this.triggerEvent('yes')
    },
    onNo() {
      if (!this.data.busy) this.triggerEvent('no')
    },
    onVisible(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!event.detail.visible) this.onNo()
    },
  },
})
