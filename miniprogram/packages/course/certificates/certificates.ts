import { listMyCertificates } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { dayWritten, numberInGroups, presentCertificate } from '../certificate/present'

interface Row {
  id: string
  title: string
  number: string
  until: string
  state: string
  tone: string
}
interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  rows: Row[]
}
interface Custom {
  load: () => Promise<void>
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
  onLearn: () => void
  onCheckIn: () => void
}

/** 我的绿证. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', rows: [] },
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
      const { certificates } = await call(listMyCertificates, {})
      const rows = certificates.map((it) => {
        const { state, tone } = presentCertificate(it)
        const until = `有效期至${dayWritten(it.validUntil)}`
        return { id: it.id, title: it.programmeTitle, number: numberInGroups(it.number), until, state, tone }
      })
      this.setData({ state: 'ready', rows })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },
  onOpen(event) {
    go(`${pages.certificate}?id=${(event.currentTarget.dataset as { id: string }).id}`)
  },
  onCheckIn() {
    go(pages.evidence)
  },
  onLearn() {
    go('/pages/courses/courses')
  },
})
