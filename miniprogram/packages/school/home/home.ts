import { checkInActivity, listMyLive, rateLecturer, readMyParentSchool } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go, signInFirst } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild, watchChild } from '../../../services/store'
import {
  presentActivity,
  presentCharter,
  presentLecturer,
  presentLiveLine,
  type ShownActivity,
  type ShownLive,
} from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  isStranger: boolean
  schoolName: string
  classes: ShownLive[]
  past: ShownLive[]
  activities: ShownActivity[]
  held: ShownActivity[]
  lecturers: ReturnType<typeof presentLecturer>[]
  charter: ReturnType<typeof presentCharter>
  isCharterOpen: boolean
  isCheckingIn: boolean
  code: string
  busy: boolean
}
interface Custom {
  stopWatching: () => void
  load: () => Promise<void>
  onLive: (event: WechatMiniprogram.BaseEvent) => void
  onCheckIn: () => void
  onCode: (event: WechatMiniprogram.Input) => void
  onNot: () => void
  onSend: () => Promise<void>
  onStar: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  onCharter: () => void
  onJoin: () => void
}

/** 家长学校: live classes, activities to come and to look back on, who teaches, the charter. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    schoolName: '',
    classes: [],
    past: [],
    activities: [],
    held: [],
    lecturers: [],
    charter: null,
    isCharterOpen: false,
    isCheckingIn: false,
    code: '',
    busy: false,
  },
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

  async load() {
    try {
      await knowWho()
      const child = currentChild()
      if (!child) return this.setData({ state: 'ready', isStranger: true })
      const { studentId } = child
      const [school, live] = await Promise.all([
        call(readMyParentSchool, { studentId }),
        call(listMyLive, { studentId }),
      ])
      if (currentChild()?.studentId !== studentId) return
      this.setData({
        state: 'ready',
        isStranger: false,
        schoolName: school.schoolName,
        classes: live.coming.map((it) => presentLiveLine(it)),
        past: live.past.map((it) => presentLiveLine(it)),
        activities: school.coming.map((it) => presentActivity(it)),
        held: school.past.map((it) => presentActivity(it)),
        lecturers: school.lecturers.map(presentLecturer),
        charter: presentCharter(school.charter),
      })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onLive(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    go(`${pages.live}?id=${id}`)
  },

  onCheckIn() {
    this.setData({ isCheckingIn: true, code: '' })
  },
  onCode(event) {
    this.setData({ code: event.detail.value })
  },
  onNot() {
    this.setData({ isCheckingIn: false })
  },
  async onSend() {
    const child = currentChild()
    if (!child || this.data.busy) return
    this.setData({ busy: true })
    try {
      const { title } = await call(checkInActivity, {
        studentId: child.studentId,
        code: this.data.code.trim(),
      })
      this.setData({ isCheckingIn: false })
      void wx.showToast({ title: `已签到：${title}`, icon: 'none' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  async onStar(event) {
    const child = currentChild()
    const { activity, lecturer, stars } = event.currentTarget.dataset as {
      activity: string
      lecturer: string
      stars: number
    }
    if (!child || this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(rateLecturer, {
        studentId: child.studentId,
        activityId: activity,
        lecturerId: lecturer,
        stars,
      })
      void wx.showToast({ title: '谢谢您的评价', icon: 'none' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onCharter() {
    this.setData({ isCharterOpen: !this.data.isCharterOpen })
  },

  onJoin() {
    signInFirst()
  },

  onShareAppMessage() {
    return { title: `${this.data.schoolName}家长学校`, path: pages.school }
  },
})
