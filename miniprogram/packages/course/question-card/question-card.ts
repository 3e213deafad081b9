import type { ShownQuestion } from './present'

/** One question with its options, and after answering what is right and why. Fires `choose` with `{ option }`. */
Component({
  properties: {
    question: { type: Object, value: {} as ShownQuestion },
    number: { type: Number, value: 1 },
  },
  methods: {
    onChoose(event: WechatMiniprogram.BaseEvent) {
      const { option } = event.currentTarget.dataset as { option: number }
      this.triggerEvent('choose', { option })
    },
  },
})
