import { askLive, beatLive, joinLive, type LiveRoom } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { currentChild } from '../../../services/store'
import { presence } from './presence'
import { presentRoom } from './present'

const BEAT_MS = 15_000

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** Set once, or the player would begin anew. */
  address: string
  isOn: boolean
  isOver: boolean
  progress: { percent: number; words: string }
  questions: ReturnType<typeof presentRoom>['questions']
  text: string
  busy: boolean
}
interface Custom {
  liveId: string
  studentId: string
  record: ReturnType<typeof presence>
  timer: number
  load: () => Promise<void>
  show: (room: LiveRoom) => void
  beat: () => Promise<void>
  stop: () => void
  onTime: (event: WechatMiniprogram.CustomEvent<{ currentTime: number }>) => void
  onPause: () => void
  onText: (event: WechatMiniprogram.Input) => void
  onAsk: () => Promise<void>
}

/** The class itself: picture and sound, how long one has been there, questions. Presence is reported every fifteen seconds. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    address: '',
    isOn: false,
    isOver: false,
    progress: { percent: 0, words: '' },
    questions: [],
    text: '',
    busy: false,
  },
  liveId: '',
  studentId: '',
  record: presence(),
  timer: 0,

  onLoad(query) {
    this.liveId = query.id ?? ''
    this.studentId = query.student ?? ''
    this.record = presence()
    void this.load()
  },
  onShow() {
    if (this.data.state === 'ready' && !this.timer) this.timer = setInterval(() => void this.beat(), BEAT_MS)
  },
  onHide() {
    this.stop()
  },
  onUnload() {
    this.stop()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      await knowWho()
      this.studentId = this.studentId || (currentChild()?.studentId ?? '')
      const said = { studentId: this.studentId, liveId: this.liveId }
      const room = await call(joinLive, said)
      this.setData({ state: 'ready', address: presentRoom(room).address })
      this.show(room)
      // The first beat opens the sitting: from then on the server's clock counts.
      if (room.status === 'live') this.show(await call(beatLive, { ...said, played: 0 }))
      if (!this.timer) this.timer = setInterval(() => void this.beat(), BEAT_MS)
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },
  show(room) {
    const { isOn, isOver, progress, questions } = presentRoom(room)
    this.setData({ isOn, isOver: isOver || (this.data.isOn && !isOn), progress, questions })
  },

  /** Without network the seconds wait for the next beat; nobody is told, the picture says enough. */
  async beat() {
    const played = this.record.due()
    try {
      this.show(await call(beatLive, { studentId: this.studentId, liveId: this.liveId, played }))
      this.record.settle(played)
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.stop()
    }
  },
  stop() {
    clearInterval(this.timer)
    this.timer = 0
    this.record.rest()
    if (this.data.isOn && this.record.due() > 0) void this.beat()
  },

  onTime({ detail }) {
    if (this.data.isOn) this.record.tick(detail.currentTime)
  },
  onPause() {
    this.record.rest()
  },

  onText(event) {
    this.setData({ text: event.detail.value })
  },
  async onAsk() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const requestId = `q-${Date.now()}-${Math.floor(Math.random() * 1e9)}`
      const said = { studentId: this.studentId, liveId: this.liveId, requestId, text: this.data.text }
      this.show(await call(askLive, said))
      this.setData({ text: '' })
      void wx.showToast({ title: '已交给老师', icon: 'success' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
