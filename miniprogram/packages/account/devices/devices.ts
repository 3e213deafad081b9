import { listMySessions, revokeMySession } from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { nearMoment } from '../../../services/format'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  devices: { sessionId: string; device: string; since: string; isCurrent: boolean }[]
  revoking: string
  busy: boolean
}
interface Custom {
  load: () => Promise<void>
  onRevoke: (event: WechatMiniprogram.BaseEvent) => void
  onKeep: () => void
  onReallyRevoke: () => Promise<void>
}

/** Where this account is signed in, and how to end a sign-in on a phone that is lost or lent. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', devices: [], revoking: '', busy: false },

  onLoad() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const { sessions } = await call(listMySessions, {})
      const devices = sessions.map(({ sessionId, device, openedAt, isCurrent }) => ({
        sessionId,
        device,
        since: `${nearMoment(openedAt)}登录`,
        isCurrent,
      }))
      this.setData({ state: 'ready', devices })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onRevoke(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.setData({ revoking: id })
  },
  onKeep() {
    this.setData({ revoking: '' })
  },
  async onReallyRevoke() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(revokeMySession, { sessionId: this.data.revoking })
      this.setData({ revoking: '' })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
