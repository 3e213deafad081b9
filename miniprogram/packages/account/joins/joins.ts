import { askToJoinAgain, listMyJoins, withdrawMyJoin } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go, goOn, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { takePaperLetter } from '../../../services/paper-letter'
import { presentJoin, type ShownJoin } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  joins: ShownJoin[]
  hasJoined: boolean
  withdrawing: string
  busy: boolean
}
interface Custom {
  load: () => Promise<void>
  onWithdraw: (event: WechatMiniprogram.BaseEvent) => void
  onKeep: () => void
  onReallyWithdraw: () => Promise<void>
  onAgain: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  onJoin: () => void
  onEnter: () => void
}

/** What became of my requests to join; most people look here while they wait. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', joins: [], hasJoined: false, withdrawing: '', busy: false },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const { joins } = await call(listMyJoins, {})
      const me = await refreshMe()
      const letter = takePaperLetter()
      if (letter) return replaceWith(letter)
      this.setData({
        state: 'ready',
        joins: joins.map((it) => presentJoin(it)),
        hasJoined: me.children.length > 0,
      })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onWithdraw(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.setData({ withdrawing: id })
  },
  onKeep() {
    this.setData({ withdrawing: '' })
  },
  async onReallyWithdraw() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(withdrawMyJoin, { joinId: this.data.withdrawing })
      this.setData({ withdrawing: '' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  async onAgain(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(askToJoinAgain, { joinId: id })
      void wx.showToast({ title: '已再次申请', icon: 'success' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onJoin() {
    go(pages.join)
  },
  onEnter() {
    goOn()
  },
})
