import { endPostById, listMyDeputies, nameDeputy } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { date, dayOf } from '../../../services/format'
import { type OwnPost, presentLeaves, problemWith, type ShownLeaves } from './present'

interface Data extends ShownLeaves {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** The post that somebody is being named for. */
  naming: string
  ending: string
  endingName: string
  phone: string
  today: string
  fromOn: string
  toOn: string
  fromText: string
  toText: string
  wrong: string
  busy: boolean
}
type Tap = WechatMiniprogram.BaseEvent
type Typed = WechatMiniprogram.CustomEvent<{ value: string }>
interface Custom {
  own: OwnPost[]
  load: () => Promise<void>
  onName: (event: Tap) => void
  onNotNow: () => void
  onPhone: (event: Typed) => void
  onFrom: (event: Typed) => void
  onTo: (event: Typed) => void
  onSave: () => Promise<void>
  onEnd: (event: Tap) => void
  onKeep: () => void
  onReallyEnd: () => Promise<void>
}

/** 请假与代理: who stands in for each of my posts and till when, and whose posts I hold. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    posts: [],
    held: [],
    naming: '',
    ending: '',
    endingName: '',
    phone: '',
    today: '',
    fromOn: '',
    toOn: '',
    fromText: '',
    toText: '',
    wrong: '',
    busy: false,
  },
  own: [],

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const leaves = await call(listMyDeputies, {})
      this.own = leaves.posts
      this.setData({ state: 'ready', today: dayOf(new Date()), ...presentLeaves(leaves) })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onName(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const { today } = this.data
    this.setData({
      naming: id,
      phone: '',
      fromOn: today,
      fromText: date(today),
      toOn: '',
      toText: '',
      wrong: '',
    })
  },
  onNotNow() {
    this.setData({ naming: '' })
  },
  onPhone({ detail }) {
    this.setData({ phone: detail.value, wrong: '' })
  },
  onFrom({ detail }) {
    this.setData({ fromOn: detail.value, fromText: date(detail.value), wrong: '' })
  },
  onTo({ detail }) {
    this.setData({ toOn: detail.value, toText: date(detail.value), wrong: '' })
  },

  async onSave() {
    const { phone, fromOn, toOn, naming, busy } = this.data
    const post = this.own.find((it) => it.postId === naming)
    const wrong = problemWith({ phone, fromOn, toOn })
    this.setData({ wrong })
    if (busy || wrong || !post) return
    this.setData({ busy: true })
    try {
      const { unitId, personId, postId } = post
      const said = { unitId, personId, postId, fromOn, toOn, phone: phone.replace(/\s/g, '') }
      const { name } = await call(nameDeputy, said)
      this.setData({ naming: '' })
      void wx.showToast({ title: `已请${name}代理`, icon: 'none' })
      await this.load()
    } catch (error) {
      // Beside the fields: a toast would be gone before the number is put right.
      this.setData({ wrong: explain(error) })
    } finally {
      this.setData({ busy: false })
    }
  },

  onEnd(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const post = this.own.find((it) => it.postId === id)
    this.setData({ ending: id, endingName: post?.deputy?.name ?? '' })
  },
  onKeep() {
    this.setData({ ending: '' })
  },
  async onReallyEnd() {
    const post = this.own.find((it) => it.postId === this.data.ending)
    if (this.data.busy || !post?.deputy) return
    this.setData({ busy: true })
    try {
      const { personId, postId } = post.deputy
      await call(endPostById, { unitId: post.unitId, personId, postId })
      this.setData({ ending: '' })
      await this.load()
      await refreshMe().catch(() => undefined)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
