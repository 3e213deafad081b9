import { checkIn, readMyEvidence } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { currentChild } from '../../../services/store'
import { digitsOf, ONLY_CHECK_IN, presentEvidence, type ShownEvidence } from './present'
import { choosePicture, sendPicture } from './upload'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  shown: ShownEvidence | null
  digits: string
  busy: '' | 'checkIn' | 'upload'
}
interface Custom {
  code: string
  studentId: string
  load: () => Promise<void>
  onType: (event: WechatMiniprogram.CustomEvent<{ value: string }>) => void
  onScan: () => Promise<void>
  onCheckIn: () => Promise<void>
  onUpload: () => Promise<void>
}

/** What a programme asks for beside its lessons: checking in on the spot, or a picture the school looks at. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', shown: null, digits: '', busy: '' },
  code: '',
  studentId: '',

  onLoad(query) {
    this.code = query.code ?? ''
    this.studentId = query.student ?? ''
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      await knowWho()
      this.studentId = this.studentId || (currentChild()?.studentId ?? '')
      if (!this.studentId) throw new Problem(0, '请先加入孩子的班级，再来签到')
      // Without a programme it is the check-in alone: being there counts for every one of them.
      const mine = this.code
        ? await call(readMyEvidence, { code: this.code, studentId: this.studentId })
        : null
      this.setData({ state: 'ready', shown: mine ? presentEvidence(mine) : ONLY_CHECK_IN })
    } catch (error) {
      if (!this.data.shown) this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onType({ detail }) {
    this.setData({ digits: detail.value })
  },
  async onScan() {
    try {
      const { result } = await wx.scanCode({ onlyFromCamera: true, scanType: ['qrCode'] })
      const digits = digitsOf(result)
      if (!digits) return void wx.showToast({ title: '这不是签到码', icon: 'none' })
      this.setData({ digits })
      await this.onCheckIn()
    } catch {
      // Scanning was called off; the digits can still be typed.
    }
  },
  async onCheckIn() {
    if (this.data.busy) return
    this.setData({ busy: 'checkIn' })
    try {
      const { title } = await call(checkIn, { studentId: this.studentId, code: this.data.digits })
      this.setData({ digits: '' })
      void wx.showToast({ title: `已签到：${title}`, icon: 'none', duration: 3000 })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },
  async onUpload() {
    if (this.data.busy) return
    this.setData({ busy: 'upload' })
    try {
      const picture = await choosePicture()
      if (!picture) return
      await sendPicture(picture, this.code, this.studentId)
      void wx.showToast({ title: '已交给学校审核', icon: 'success' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },
})
