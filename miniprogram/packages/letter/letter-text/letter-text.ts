import { origin } from '../../../config'
import type { MyLetter } from '../../../contract'

type Block = MyLetter['blocks'][number]
type Changes = Pick<NonNullable<MyLetter['correction']>, 'changed' | 'was' | 'gone'>

interface Shown extends Pick<Block, 'runs' | 'number' | 'picture'> {
  kind: Block['kind'] | 'gone'
  src: string
  isLost: boolean
  /** 有改动, 删去了, or nothing. */
  mark: string
  /** What a changed block said before. */
  was: string
}

/** The text of a letter: headings, paragraphs, lists, links, pictures. A tap on a picture shows it large. */
Component({
  properties: {
    blocks: { type: Array, value: [] as Block[] },
    /** What of a corrected edition is not as the family has read it. */
    changes: { type: Object, value: null as Changes | null },
  },
  data: { shown: [] as Shown[] },

  observers: {
    'blocks, changes'(blocks: Block[], changes: Changes | null) {
      this.setData({
        shown: [
          ...blocks.flatMap((it, at) => [...goneAt(changes, at), shownBlock(it, at, changes)]),
          ...goneAt(changes, blocks.length),
        ],
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

const shownBlock = (it: Block, at: number, changes: Changes | null): Shown => ({
  ...it,
  src: it.picture ? origin + it.picture.address : '',
  isLost: false,
  mark: changes?.changed.includes(at) ? '有改动' : '',
  was: changes?.was?.find((one) => one.at === at)?.text ?? '',
})

/** What was taken out in front of a block. */
const goneAt = (changes: Changes | null, place: number): Shown[] =>
  (changes?.gone ?? [])
    .filter(({ at }) => at === place)
    .map(({ text }) => ({
      ...{ kind: 'gone', src: '', isLost: false, mark: '删去了', was: '' },
      runs: [{ text, isBold: false }],
    }))
