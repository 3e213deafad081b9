import { answerPrivacy, privacyAsked } from '../../services/privacy'
import { online, waiting } from '../../services/store'

/** Beyond this, lines of five characters break; WeChat's largest setting is 1.44. */
const LARGEST_SCALE = 1.5

/**
 * The outermost element of every page: text at the reader's own size (关怀模式), the offline banner, the help lines behind
 * one tap (B8), and the privacy sheet whenever WeChat asks for consent. `edgeless`: no padding at the sides.
 */
Component({
  properties: {
    edgeless: { type: Boolean, value: false },
    /** Room for a bottom-bar below the last card. */
    barred: { type: Boolean, value: false },
    /** At the bottom stands a box that grows while somebody writes: the tab with the help lines keeps out of its way. */
    boxed: { type: Boolean, value: false },
  },
  data: { scale: 1, online: true, waiting: 0, privacyAsked: false, isHelpOpen: false },

  lifetimes: {
    attached() {
      const { fontSizeScaleFactor = 1 } = wx.getAppBaseInfo() as { fontSizeScaleFactor?: number }
      this.setData({
        scale: Math.min(LARGEST_SCALE, Math.max(1, fontSizeScaleFactor)),
        online: online.get(),
        waiting: waiting.get(),
        privacyAsked: privacyAsked.get(),
      })
      stops.set(this, [
        online.watch((value) => this.setData({ online: value })),
        waiting.watch((value) => this.setData({ waiting: value })),
        privacyAsked.watch((value) => this.setData({ privacyAsked: value })),
      ])
    },
    detached() {
      for (const stop of stops.get(this) ?? []) stop()
    },
  },

  methods: {
    onHelp() {
      this.setData({ isHelpOpen: true })
    },
    onHelpClose() {
      this.setData({ isHelpOpen: false })
    },
    onHelpChange(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      this.setData({ isHelpOpen: event.detail.visible })
    },
    onAgree() {
      answerPrivacy(true)
    },
    onDecline() {
      answerPrivacy(false)
    },
    onReadGuide() {
      wx.openPrivacyContract({})
    },
  },
})

const stops = new WeakMap<object, (() => void)[]>()
