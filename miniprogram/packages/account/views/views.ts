import { listViewsOfMyChild, type ViewOfMyChild } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { currentChild, me, watchChild } from '../../../services/store'
import { byDay, type DayOfViews } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  childName: string
  days: DayOfViews[]
  next: string | null
  busy: boolean
}
interface Custom {
  views: ViewOfMyChild[]
  stopWatching: () => void
  load: () => Promise<void>
  more: () => Promise<void>
}

/** 谁看过我孩子的资料: which member of staff saw what of it, when and why. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', childName: '', days: [], next: null, busy: false },
  views: [],
  stopWatching: () => undefined,

  onLoad() {
    this.stopWatching = watchChild(() => {
      this.setData({ state: 'loading', days: [] })
      void this.load()
    })
    void this.load()
  },
  onUnload() {
    this.stopWatching()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },

  async load() {
    try {
      // Opened from a link before any other page: who I am is asked first.
      if (!me.get()) await refreshMe()
      const child = currentChild()
      if (!child) return this.setData({ state: 'ready', days: [], next: null })
      const { childName, views, next } = await call(listViewsOfMyChild, { studentId: child.studentId })
      // Another child may have been chosen while this one's answer was on its way.
      if (currentChild()?.studentId !== child.studentId) return
      this.views = views
      this.setData({ state: 'ready', childName, days: byDay(views), next })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async more() {
    const { next, busy } = this.data
    const child = currentChild()
    if (!next || busy || !child) return
    this.setData({ busy: true })
    try {
      const page = await call(listViewsOfMyChild, { studentId: child.studentId, after: next })
      if (currentChild()?.studentId !== child.studentId) return
      this.views = [...this.views, ...page.views]
      this.setData({ days: byDay(this.views), next: page.next })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
