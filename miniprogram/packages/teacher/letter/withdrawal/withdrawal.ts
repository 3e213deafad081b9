import { withdrawLetter } from '../../../../contract'
import { call, tell } from '../../../../services/api'
import { goBack } from '../../../../services/navigate'

/** Takes a letter back, with a reason that whoever has read it sees; then the page is left. */
Component({
  properties: { letterId: { type: String, value: '' } },
  data: {
    isOpen: false,
    reason: '',
    reasons: ['时间写错了，稍后重发', '发错了范围', '活动取消了'],
    busy: false,
  },

  methods: {
    onOpen() {
      this.setData({ isOpen: true })
    },
    onNo() {
      this.setData({ isOpen: false })
    },
    onReason(event: WechatMiniprogram.Input) {
      this.setData({ reason: event.detail.value })
    },
    onCommonReason(event: WechatMiniprogram.BaseEvent) {
      const { text } = event.currentTarget.dataset as { text: string }
      this.setData({ reason: text })
    },
    async onYes() {
      if (this.data.busy) return
      const reason = this.data.reason.trim()
      if (!reason) return void wx.showToast({ title: '请写一句为什么撤回', icon: 'none' })
      this.setData({ busy: true })
      try {
        await call(withdrawLetter, { letterId: this.data.letterId, reason })
        void wx.showToast({ title: '已撤回', icon: 'success' })
        goBack()
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false, isOpen: false })
      }
    },
  },
})
