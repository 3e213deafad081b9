import { origin } from '../../../config'
import type { MyLetter } from '../../../contract'

type Block = MyLetter['blocks'][number]

/** The text of a letter: headings, paragraphs, lists, links, pictures. A tap on a picture shows it large. */
Component({
  properties: {
    blocks: { type: Array, value: [] as Block[] },
    /** Blocks of a corrected edition that are not as the family has read them. */
    changed: { type: Array, value: [] as number[] },
  },
  data: { shown: [] as (Block & { src: string; isLost: boolean; isChanged: boolean })[] },

  observers: {
    'blocks, changed'(blocks: Block[], changed: number[] | null) {
      this.setData({
        shown: blocks.map((it, at) => ({
          ...it,
          src: it.picture ? origin + it.picture.address : '',
          isLost: false,
          isChanged: changed?.includes(at) ?? false,
        })),
      })
    },
  },

  methods: {
    onPicture(event: WechatMiniprogram.BaseEvent) {
      const { at } = event.currentTarget.dataset as { at: number }
      const shown = this.data.shown[at]
      if (!shown) return
      // A picture that did not come is asked for again: the address has to be another one for that.
      if (shown.isLost) {
        const src = `${shown.src.split('?')[0] ?? ''}?again=${Date.now()}`
        return this.setData({ [`shown[${at}].isLost`]: false, [`shown[${at}].src`]: src })
      }
      const urls = this.data.shown.filter((it) => it.src && !it.isLost).map((it) => it.src)
      void wx.previewImage({ urls, current: shown.src })
    },
    onLost(event: WechatMiniprogram.BaseEvent) {
      const { at } = event.currentTarget.dataset as { at: number }
      this.setData({ [`shown[${at}].isLost`]: true })
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
