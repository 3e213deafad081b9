import { me } from '../../services/store'

interface Data {
  isStaff: boolean
}
interface Custom {
  stopWatching: () => void
  refresh: () => Promise<void>
}

/** 课程: what a parent studies on the way to the certificate, or whose parents of a teacher's class hold it. */
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
    const load = (id: string) =>
      (this.selectComponent(id) as { load?: () => Promise<void> } | null)?.load?.() ?? Promise.resolve()
    await Promise.all([load('#training'), load('#side')])
  },

  onShareAppMessage: () => ({
    title: '给家长的八节短课，学完就有家庭教育绿证',
    path: '/pages/courses/courses',
  }),
})
