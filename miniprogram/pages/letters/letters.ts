import { me } from '../../services/store'

interface Data {
  isStaff: boolean
}
interface Custom {
  stopWatching: () => void
  refresh: () => Promise<void>
  onReachBottom: () => void
}
interface Side {
  load?: () => Promise<void>
  more?: () => Promise<void>
}

/** 信件: what the school wrote to the family, or what a teacher wrote to the class. */
Page<Data, Custom>({
  data: { isStaff: false },
  stopWatching: () => undefined,

  onLoad() {
    const show = () => this.setData({ isStaff: me.get()?.role === 'staff' })
    show()
    this.stopWatching = me.watch(show)
  },
  onUnload() {
    this.stopWatching()
  },

  onShow() {
    void this.refresh()
  },
  async onPullDownRefresh() {
    await this.refresh()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void (this.selectComponent('#side') as Side | null)?.more?.()
  },

  async refresh() {
    await (this.selectComponent('#side') as Side | null)?.load?.()
  },
})
