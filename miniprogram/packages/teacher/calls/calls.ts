import { changeRole, refreshMe } from '../../../services/account'
import { tell } from '../../../services/api'
import { me } from '../../../services/store'

interface Data {
  isStaff: boolean
  busy: boolean
}
interface Custom {
  refresh: () => Promise<void>
  onSwitch: () => Promise<void>
}

/** Where a teacher's reminder of a call leads; who is on the parent's side just now changes over first. */
Page<Data, Custom>({
  data: { isStaff: true, busy: false },

  onShow() {
    void this.refresh()
  },
  async onPullDownRefresh() {
    await this.refresh()
    void wx.stopPullDownRefresh()
  },

  async refresh() {
    // Opened straight from WeChat's message, nobody may be known on this phone yet.
    const who = me.get() ?? (await refreshMe().catch(() => null))
    this.setData({ isStaff: who?.role !== 'guardian' })
    const side = this.selectComponent('#side') as { load?: () => Promise<void> } | null
    await side?.load?.()
  },

  async onSwitch() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await changeRole('staff')
      this.setData({ isStaff: true })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
