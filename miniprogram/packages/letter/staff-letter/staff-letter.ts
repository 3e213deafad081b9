import { confirmMyStaffLetter, openMyStaffLetter, type StaffLetter } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { presentStaffLetter, type ShownStaffLetter } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  letter: ShownStaffLetter | null
  busy: boolean
}
interface Custom {
  letterId: string
  load: () => Promise<void>
  onConfirm: () => Promise<void>
  onAnswered: (event: WechatMiniprogram.CustomEvent<{ letter: StaffLetter }>) => void
  onNewer: () => void
}

/** One letter to a teacher's post. Opening it is reading it. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', letter: null, busy: false },
  letterId: '',

  onLoad(query) {
    this.letterId = query.id ?? ''
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      await knowWho()
      const letter = await call(openMyStaffLetter, { letterId: this.letterId })
      this.setData({ state: 'ready', letter: presentStaffLetter(letter) })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  async onConfirm() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const letter = await call(confirmMyStaffLetter, { letterId: this.letterId })
      this.setData({ letter: presentStaffLetter(letter) })
      void wx.showToast({ title: '已确认', icon: 'success' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onAnswered({ detail: { letter } }) {
    this.setData({ letter: presentStaffLetter(letter) })
  },

  onNewer() {
    const newer = this.data.letter?.newer
    if (newer) replaceWith(`${pages.staffLetter}?id=${newer}`)
  },
})
