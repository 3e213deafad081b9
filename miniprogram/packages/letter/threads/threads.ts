import { listMyThreads, type MyThreadLine, type SeenBy } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { nearMoment } from '../../../services/format'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild, watchChild } from '../../../services/store'

type Shown = MyThreadLine & { key: string; when: string; tag: string; tone: 'good' | 'todo' | 'calm' }
interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  threads: Shown[]
  next: string | null
  isMore: boolean
}
interface Custom {
  stopWatching: () => void
  load: () => Promise<void>
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
}

/** Everything a child's family and teachers have written to each other, the latest first. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', threads: [], next: null, isMore: false },
  stopWatching: () => undefined,

  onLoad() {
    this.stopWatching = watchChild(() => void this.load())
  },
  onUnload() {
    this.stopWatching()
  },
  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  async onReachBottom() {
    const { next, isMore, threads } = this.data
    const child = currentChild()
    if (!next || isMore || !child) return
    this.setData({ isMore: true })
    try {
      const page = await call(listMyThreads, { studentId: child.studentId, after: next })
      if (this.data.next === next)
        this.setData({ threads: [...threads, ...page.threads.map(present)], next: page.next })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ isMore: false })
    }
  },

  async load() {
    try {
      await knowWho()
      const child = currentChild()
      if (!child) return this.setData({ state: 'ready', threads: [] })
      const page = await call(listMyThreads, { studentId: child.studentId })
      if (currentChild()?.studentId !== child.studentId) return
      this.setData({ state: 'ready', threads: page.threads.map(present), next: page.next })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onOpen(event) {
    const { id, seenBy } = event.currentTarget.dataset as { id: string; seenBy: SeenBy }
    const child = currentChild()
    if (child) go(`${pages.thread}?id=${id}&child=${child.studentId}&seenBy=${seenBy}`)
  },
})

const TAGS = { waiting: ['等回复', 'calm'], answered: ['已回复', 'good'], done: ['已办结', 'calm'] } as const

function present(line: MyThreadLine): Shown {
  const [tag, tone] = line.isUnread ? (['新回复', 'todo'] as const) : TAGS[line.state]
  return { ...line, key: `${line.letterId}.${line.seenBy}`, when: nearMoment(line.lastAt), tag, tone }
}
