import type { Picture } from '../../../../contract'
import { address } from '../../../../pages/courses/outline/present'

/** Pictures one after the other; a tap shows one large. */
Component({
  properties: { slides: { type: Array, value: [] as Picture[] } },
  data: { urls: [] as string[], at: 0, height: 66 },

  observers: {
    slides(slides: Picture[]) {
      // As tall as the tallest of them, so that nothing jumps; a very tall one is seen whole by a tap.
      const tallest = slides.reduce((most, it) => Math.max(most, it.height / Math.max(it.width, 1)), 0.5)
      this.setData({ urls: slides.map((it) => address(it.address)), height: Math.min(tallest, 1.25) * 100 })
    },
  },

  methods: {
    onChange(event: WechatMiniprogram.CustomEvent<{ current: number }>) {
      this.setData({ at: event.detail.current })
    },
    onOpen() {
      void wx.previewImage({ urls: this.data.urls, current: this.data.urls[this.data.at] ?? '' })
    },
  },
})
