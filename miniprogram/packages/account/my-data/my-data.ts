import { askDeletion, cancelDeletion, changeMyName, type MyData, readMyData } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go, signInFirst } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { session } from '../../../services/session'
import { me } from '../../../services/store'
import { takeCopy } from './copies'
import { consentInWords, countdown, presentSection, type ShownSection } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  isStranger: boolean
  sections: ShownSection[]
  consent: string
  /** The closing that was asked for. */
  closing: { left: string; when: string } | null
  name: string
  renaming: boolean
  leaving: boolean
  busy: '' | 'name' | 'xlsx' | 'json' | 'leave' | 'stay'
}
type Busy = Exclude<Data['busy'], ''>
interface Custom {
  load: () => Promise<void>
  show: (data: MyData) => void
  during: (what: Busy, act: () => Promise<void>) => Promise<void>
  onStart: () => void
  onConsent: () => void
  onRename: () => void
  onName: (event: WechatMiniprogram.CustomEvent<{ value: string }>) => void
  onSaveName: () => void
  onCopy: (event: WechatMiniprogram.BaseEvent) => void
  onLeave: () => void
  onReallyLeave: () => void
  onStay: () => void
  onClose: () => void
}

/** 我的信息: what is kept about me, a copy of it, my name put right, and the end of the account. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    sections: [],
    consent: '',
    closing: null,
    name: '',
    renaming: false,
    leaving: false,
    busy: '',
  },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    if (session.hasLeft()) return this.setData({ state: 'ready', isStranger: true })
    try {
      this.show(await call(readMyData, {}))
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },
  show({ sections, consent, deletion }) {
    this.setData({
      state: 'ready',
      isStranger: false,
      sections: sections.map((it) => presentSection(it)),
      consent: consentInWords(consent),
      closing: deletion ? countdown(deletion.dueAt) : null,
    })
  },

  /** One thing at a time; what went wrong is said, and the page stays. */
  async during(what, act) {
    if (this.data.busy) return
    this.setData({ busy: what })
    try {
      await act()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: '' })
    }
  },

  onStart() {
    signInFirst()
  },
  onConsent() {
    go(pages.privacy)
  },

  onRename() {
    this.setData({ renaming: true, name: me.get()?.name ?? '' })
  },
  onName({ detail }) {
    this.setData({ name: detail.value })
  },
  onSaveName() {
    void this.during('name', async () => {
      await call(changeMyName, { name: this.data.name })
      this.setData({ renaming: false })
      await Promise.all([refreshMe(), this.load()])
    })
  },

  onCopy(event) {
    const { kind } = event.currentTarget.dataset as { kind: 'xlsx' | 'json' }
    void this.during(kind, () => takeCopy(kind))
  },

  onLeave() {
    this.setData({ leaving: true })
  },
  onReallyLeave() {
    void this.during('leave', async () => {
      await call(askDeletion, {})
      this.setData({ leaving: false })
      await this.load()
      // Until when one may change one's mind stands at the top; the button was at the bottom.
      void wx.pageScrollTo({ scrollTop: 0 })
    })
  },
  onStay() {
    void this.during('stay', async () => {
      await call(cancelDeletion, {})
      await this.load()
      void wx.showToast({ title: '好的，账号留着', icon: 'success' })
    })
  },
  onClose() {
    this.setData({ renaming: false, leaving: false })
  },
})
