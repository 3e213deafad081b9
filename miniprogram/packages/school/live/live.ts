import { readMyLive, registerLive, unregisterLive, type MyLive } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild } from '../../../services/store'
import { presentLive } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  shown: ReturnType<typeof presentLive> | null
  hasRegistered: boolean
  canWithdraw: boolean
  isWithdrawing: boolean
  busy: boolean
}
interface Custom {
  liveId: string
  studentId: string
  load: () => Promise<void>
  show: (live: MyLive) => void
  change: (work: () => Promise<MyLive>, done: string) => Promise<void>
  onAct: () => void
  onWithdraw: () => void
  onKeep: () => void
  onReallyWithdraw: () => Promise<void>
}

/** One live class: what it is about, registering, and the door to it. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    shown: null,
    hasRegistered: false,
    canWithdraw: false,
    isWithdrawing: false,
    busy: false,
  },
  liveId: '',
  studentId: '',

  onLoad(query) {
    this.liveId = query.id ?? ''
    this.studentId = query.student ?? ''
  },
  onShow() {
    void this.load()
  },

  async load() {
    try {
      await knowWho()
      this.studentId = this.studentId || (currentChild()?.studentId ?? '')
      this.show(await call(readMyLive, { studentId: this.studentId, liveId: this.liveId }))
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },
  show(live) {
    this.setData({
      state: 'ready',
      shown: presentLive(live),
      hasRegistered: live.hasRegistered && live.status === 'scheduled',
      canWithdraw: live.hasRegistered && live.status === 'scheduled',
    })
  },
  async change(work, done) {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      this.show(await work())
      void wx.showToast({ title: done, icon: 'success' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onAct() {
    const said = { studentId: this.studentId, liveId: this.liveId }
    if (this.data.shown?.action === 'register') void this.change(() => call(registerLive, said), '报名好了')
    else go(`${pages.liveRoom}?id=${this.liveId}&student=${this.studentId}`)
  },
  onWithdraw() {
    this.setData({ isWithdrawing: true })
  },
  onKeep() {
    this.setData({ isWithdrawing: false })
  },
  async onReallyWithdraw() {
    const said = { studentId: this.studentId, liveId: this.liveId }
    await this.change(() => call(unregisterLive, said), '已取消报名')
    this.setData({ isWithdrawing: false })
  },

  onShareAppMessage() {
    return { title: `云课堂：${this.data.shown?.title ?? ''}`, path: `${pages.live}?id=${this.liveId}` }
  },
})
