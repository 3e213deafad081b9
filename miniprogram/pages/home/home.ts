import { me } from '../../services/store'

interface Data {
  isStaff: boolean
}
interface Custom {
  stopWatching: () => void
  refresh: () => Promise<void>
}

/** 首页: what to do now, for a parent or for a teacher, whichever side the session is on. */
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

  onShareAppMessage: () => ({ title: '家长学校：和老师一起陪孩子长大', path: '/pages/home/home' }),
})
