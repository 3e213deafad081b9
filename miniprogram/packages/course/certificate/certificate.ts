import { readMyCertificate, type MyCertificate, type Reply } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { fetchCopy, saveToAlbum } from './copies'
import { presentCertificate, type ShownCertificate } from './present'

/** How often a page asks for copies that are still being made. */
const COPIES_MS = 5_000

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  shown: ShownCertificate | null
  picture: string
  busy: '' | 'save' | 'pdf'
}
interface Custom {
  certificateId: string
  timer: number
  received: Reply<typeof readMyCertificate> | null
  load: () => Promise<void>
  fetchPicture: () => Promise<void>
  onLook: () => void
  onSave: () => Promise<void>
  onPdf: () => Promise<void>
  onCopyNumber: () => void
}

/** One certificate: the picture as it was issued, to keep and to show, and how anybody can check it. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', shown: null, picture: '', busy: '' },
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
      this.setData({ state: 'ready', shown: presentCertificate(this.received.certificate) })
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
