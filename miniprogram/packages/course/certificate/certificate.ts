import {
  beginRenewal,
  readMyCertificate,
  readMyProgramme,
  type MyCertificate,
  type Reply,
} from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { fetchCopy, saveToAlbum } from './copies'
import { go, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { saveBadge } from './badge'
import { presentCertificate, presentRenewal, type ShownCertificate, type ShownRenewal } from './present'

/** How often a page asks for copies that are still being made. */
const COPIES_MS = 5_000

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  shown: ShownCertificate | null
  picture: string
  busy: '' | 'save' | 'pdf' | 'badge' | 'renew'
  renewal: ShownRenewal | null
  hasBadge: boolean
}
interface Custom {
  certificateId: string
  timer: number
  received: Reply<typeof readMyCertificate> | null
  load: () => Promise<void>
  fetchPicture: () => Promise<void>
  askRenewal: () => Promise<void>
  onLook: () => void
  onSave: () => Promise<void>
  onPdf: () => Promise<void>
  onCopyNumber: () => void
  onBadge: () => Promise<void>
  onRenew: () => Promise<void>
  onSuccessor: () => void
}

/** One certificate: the picture as it was issued, to keep and to show, and how anybody can check it. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', shown: null, picture: '', busy: '', renewal: null, hasBadge: false },
  certificateId: '',
  timer: 0,
  received: null,

  onLoad(query) {
    this.certificateId = query.id ?? ''
    void this.load()
  },
  onUnload() {
    clearTimeout(this.timer)
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    clearTimeout(this.timer)
    try {
      await knowWho()
      this.received = await call(readMyCertificate, { certificateId: this.certificateId })
      this.setData({
        state: 'ready',
        shown: presentCertificate(this.received.certificate),
        hasBadge: Boolean(this.received.badge),
      })
      void this.askRenewal()
      await this.fetchPicture()
    } catch (error) {
      if (!this.data.shown) this.setData({ state: 'failed', problem: explain(error) })
    }
  },
  async fetchPicture() {
    const link = this.received?.copies.picture
    if (link) this.setData({ picture: await fetchCopy(link) })
    else this.timer = setTimeout(() => void this.load(), COPIES_MS)
  },

  /** What comes after this certificate; without an answer the page does without. */
  async askRenewal() {
    const { certificate } = this.received ?? {}
    if (!certificate || certificate.state === 'revoked') return
    const asked = call(readMyProgramme, { code: certificate.programmeCode })
    const programme = await asked.catch(() => null)
    this.setData({ renewal: presentRenewal(programme?.renewal, certificate.state) })
  },
  async onRenew() {
    const { programmeCode: code } = this.received?.certificate ?? {}
    if (this.data.busy || !code) return
    this.setData({ busy: 'renew' })
    try {
      await call(beginRenewal, { code })
      go(`${pages.programme}?code=${code}`)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },
  onSuccessor() {
    if (this.data.shown?.successor) replaceWith(`${pages.certificate}?id=${this.data.shown.successor.id}`)
  },
  async onBadge() {
    if (this.data.busy) return
    this.setData({ busy: 'badge' })
    try {
      // The link of the page may be older than ten minutes by now.
      const { badge, certificate } = await call(readMyCertificate, { certificateId: this.certificateId })
      if (badge) await saveBadge(badge, certificate.number)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },

  onLook() {
    if (this.data.picture) void wx.previewImage({ urls: [this.data.picture] })
  },
  async onSave() {
    if (this.data.busy || !this.data.picture) return
    this.setData({ busy: 'save' })
    try {
      if (await saveToAlbum(this.data.picture)) void wx.showToast({ title: '已保存到相册', icon: 'success' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },
  async onPdf() {
    if (this.data.busy) return
    this.setData({ busy: 'pdf' })
    try {
      // The link of the page may be older than ten minutes by now.
      const { copies } = await call(readMyCertificate, { certificateId: this.certificateId })
      if (copies.pdf) {
        await wx.openDocument({ filePath: await fetchCopy(copies.pdf), fileType: 'pdf', showMenu: true })
      } else void wx.showToast({ title: '证书还在生成，请稍等', icon: 'none' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },
  onCopyNumber() {
    const { number = '' } = this.received?.certificate ?? ({} as Partial<MyCertificate>)
    void wx.setClipboardData({ data: number })
  },

  onShareAppMessage: () => ({ title: '我拿到了家庭教育绿证', path: '/pages/courses/courses' }),
})
