import { choose, sayTogether } from './words'

/** What the contract takes in one line of words. */
const MOST = 100

/**
 * Asks for a few words from below: common ones to tap, or one's own. Fires `yes` with `{ words }` (never empty) and
 * `no`; the page owns `visible` and `busy`. Starts empty every time it opens.
 */
Component({
  properties: {
    visible: { type: Boolean, value: false },
    title: { type: String, value: '' },
    text: { type: String, value: '' },
    label: { type: String, value: '' },
    offered: { type: Array, value: [] as string[] },
    /** May several of the offered words be chosen together? */
    many: { type: Boolean, value: false },
    placeholder: { type: String, value: '' },
    /** What is said when nothing was chosen or typed. */
    missing: { type: String, value: '' },
    yes: { type: String, value: '确定' },
    no: { type: String, value: '返回' },
    danger: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
  },
  data: { chips: [] as { word: string; isOn: boolean }[], chosen: [] as string[], own: '', problem: '' },

  observers: {
    visible(visible: boolean) {
      if (visible) this.show([], { own: '', problem: '' })
    },
  },

  methods: {
    show(chosen: string[], rest: object = {}) {
      const offered: string[] = this.data.offered
      this.setData({ chosen, chips: offered.map((word) => ({ word, isOn: chosen.includes(word) })), ...rest })
    },
    onChoose(event: WechatMiniprogram.BaseEvent) {
      const { word } = event.currentTarget.dataset as { word: string }
      this.show(choose(this.data.chosen, word, this.data.many), { problem: '' })
    },
    onType({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
      this.setData({ own: detail.value, problem: '' })
    },
    onYes() {
      const words = sayTogether(this.data.chosen, this.data.own)
      if (!words) return this.setData({ problem: this.data.missing })
      if (words.length > MOST) return this.setData({ problem: `请写短一些，最多${MOST}个字` })
      this.triggerEvent('yes', { words })
    },
    onNo() {
      this.triggerEvent('no')
    },
  },
})
