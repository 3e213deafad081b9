import type { Block } from '../../../../contract'
import { address } from '../../../../pages/courses/outline/present'

/** The text of a lesson: headings, paragraphs, lists, quotes, pictures. A tap on a picture shows it large. */
Component({
  properties: {
    blocks: { type: Array, value: [] as Block[] },
    sources: { type: Array, value: [] as string[] },
  },
  data: { shown: [] as (Block & { src: string })[] },

  observers: {
    blocks(blocks: Block[]) {
      this.setData({
        shown: blocks.map((it) => ({ ...it, src: it.picture ? address(it.picture.address) : '' })),
      })
    },
  },

  methods: {
    onPicture(event: WechatMiniprogram.BaseEvent) {
      const { src } = event.currentTarget.dataset as { src: string }
      const urls = this.data.shown.filter((it) => it.src).map((it) => it.src)
      void wx.previewImage({ urls, current: src })
    },
    /** A mini-program may open no foreign page: the address is copied, and a browser opens it. */
    onLink(event: WechatMiniprogram.BaseEvent) {
      const { link } = event.currentTarget.dataset as { link?: string }
      if (!link) return
      void wx
        .setClipboardData({ data: link })
        .then(() => wx.showToast({ title: '网址已复制，可以在浏览器里打开', icon: 'none' }))
    },
  },
})
