import { me } from '../../services/store'

interface Data {
  isStaff: boolean
}
interface Custom {
  stopWatching: () => void
  refresh: () => Promise<void>
}

/** 预约: a parent books a call with a teacher; a teacher sees who comes. */
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

  async refresh() {
    const side = this.selectComponent('#side') as { load?: () => Promise<void> } | null
    await side?.load?.()
  },
})
