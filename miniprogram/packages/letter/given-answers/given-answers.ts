/** What a family has filled in, who and when above it. */
Component({
  properties: { answers: { type: Array, value: [] as object[] } },
  methods: {
    onPicture(event: WechatMiniprogram.BaseEvent) {
      const { address, all } = event.currentTarget.dataset as { address: string; all: string[] }
      void wx.previewImage({ urls: all, current: address })
    },
  },
})
