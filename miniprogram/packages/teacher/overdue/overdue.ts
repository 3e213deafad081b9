import { askOverdueThread, listOverdueThreads, type OverdueThread, takeOverThread } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { dayOf, daysFrom, nearMoment } from '../../../services/format'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews } from '../../../services/replies'
import { me } from '../../../services/store'

type Shown = OverdueThread & { waited: string; since: string; asked: string }
interface School {
  unitId: string
  unitName: string
}
interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  schools: School[]
  unitId: string
  threads: Shown[]
  next: string | null
  isMore: boolean
  taking: Shown | null
  busy: boolean
}
interface Custom {
  load: () => Promise<void>
  find: (event: WechatMiniprogram.BaseEvent) => Shown | undefined
  onSchool: (event: WechatMiniprogram.BaseEvent) => void
  onAsk: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  onTake: (event: WechatMiniprogram.BaseEvent) => void
  onKeep: () => void
  onReallyTake: () => Promise<void>
}

/** What nobody of a school has answered for five working days, before who runs it; without a word of what was written. */
Page<Data, Custom>({
  data: {
    ...{ state: 'loading', problem: '', schools: [], unitId: '' },
    ...{ threads: [], next: null, isMore: false, taking: null, busy: false },
  },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  async onReachBottom() {
    const { unitId, next, isMore, threads } = this.data
    if (!next || isMore) return
    this.setData({ isMore: true })
    try {
      const page = await call(listOverdueThreads, { unitId, after: next })
      if (this.data.next === next)
        this.setData({ threads: [...threads, ...page.threads.map((it) => present(it))], next: page.next })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ isMore: false })
    }
  },

  async load() {
    try {
      await knowWho()
      const schools = ledBy(me.get()?.posts ?? [])
      const unitId = this.data.unitId || (schools[0]?.unitId ?? '')
      if (!unitId) return this.setData({ state: 'ready', threads: [] })
      const page = await call(listOverdueThreads, { unitId })
      this.setData({
        ...{ state: 'ready', schools, unitId, next: page.next },
        threads: page.threads.map((it) => present(it)),
      })
      await lookForNews()
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },
  onSchool(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.setData({ unitId: id, state: 'loading', threads: [], next: null })
    void this.load()
  },

  find(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    return this.data.threads.find((it) => it.id === id)
  },
  async onAsk(event) {
    const thread = this.find(event)
    if (!thread || this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(askOverdueThread, { unitId: this.data.unitId, threadId: thread.id })
      void wx.showToast({ title: '提醒了', icon: 'success' })
    } catch (error) {
      tell(error)
    }
    await this.load()
    this.setData({ busy: false })
  },
  onTake(event) {
    this.setData({ taking: this.find(event) ?? null })
  },
  onKeep() {
    this.setData({ taking: null })
  },
  async onReallyTake() {
    const { taking, unitId, busy } = this.data
    if (!taking || busy) return
    this.setData({ busy: true })
    try {
      await call(takeOverThread, { unitId, threadId: taking.id })
      go(`${pages.teacherThread}?id=${taking.id}`)
    } catch (error) {
      tell(error)
      await this.load()
    } finally {
      this.setData({ busy: false, taking: null })
    }
  },
})

const ledBy = (posts: readonly { post: string; unitId: string; unitName: string }[]): School[] => {
  const led = posts.filter((it) => it.post === 'principal' || it.post === 'school_admin')
  return led.filter((it, at) => led.findIndex((one) => one.unitId === it.unitId) === at)
}

function present(thread: OverdueThread, now = new Date()): Shown {
  return {
    ...thread,
    waited: `等了${-daysFrom(now, dayOf(thread.waitingSince))}天`,
    since: `${nearMoment(thread.waitingSince, now)}写来`,
    asked: thread.askedAt ? `${nearMoment(thread.askedAt, now)}提醒过` : '',
  }
}
