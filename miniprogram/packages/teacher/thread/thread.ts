import type { Written } from '../../../components/talk-box/talk-box'
import {
  answerThread,
  type Desk,
  type DeskThread,
  finishThread,
  followThread,
  forwardThread,
  listDesks,
  listMyPhrases,
  markThreadRead,
  readThread,
  saveMyPhrases,
  type ThreadLine,
  withdrawLine,
} from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { nearMoment } from '../../../services/format'
import { goBack } from '../../../services/navigate'
import { deliver } from '../../../services/queue'
import { lookForNews } from '../../../services/replies'
import { presentLines, type ShownLine } from '../../../services/talk'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  thread: Omit<DeskThread, 'lines'> | null
  lines: ShownLine[]
  followed: string
  phrases: string[]
  desks: Desk[]
  chosen: number
  isForwarding: boolean
  held: number
  isMore: boolean
  busy: boolean
}
interface Box {
  sent: () => void
  kept: () => void
}
interface Custom {
  threadId: string
  received: ThreadLine[]
  load: () => Promise<void>
  show: (lines: ThreadLine[]) => void
  box: () => Box | null
  toEnd: () => void
  order: (work: () => Promise<unknown>, said: string, then?: () => void) => Promise<void>
  onEarlier: () => Promise<void>
  onSend: (event: WechatMiniprogram.CustomEvent<Written>) => Promise<void>
  onPhrase: (event: WechatMiniprogram.CustomEvent<{ text: string }>) => Promise<void>
  onWithdraw: (event: WechatMiniprogram.CustomEvent<{ id: string }>) => Promise<void>
  onFinish: () => Promise<void>
  onFollow: () => Promise<void>
  onForward: () => Promise<void>
  onDesk: (event: WechatMiniprogram.BaseEvent) => void
  onReallyForward: () => Promise<void>
  onKeep: () => void
}

/** One family's thread, as whoever holds the post sees it. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    thread: null,
    lines: [],
    followed: '',
    phrases: [],
    desks: [],
    chosen: -1,
    isForwarding: false,
    held: 0,
    isMore: false,
    busy: false,
  },
  threadId: '',
  received: [],

  onLoad(query) {
    this.threadId = query.id ?? ''
    void call(listMyPhrases, {})
      .then(({ phrases }) => this.setData({ phrases }))
      .catch(() => undefined)
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
      const { lines, ...thread } = await call(readThread, { threadId: this.threadId })
      const { followedBy } = thread
      const followed = followedBy ? `${followedBy.name}在跟进，${nearMoment(followedBy.at)}起` : ''
      this.setData({ state: 'ready', thread, followed, held: 0 })
      this.show(lines)
      this.toEnd()
      const [last] = lines.slice(-1)
      if (last && thread.abilities.write)
        await call(markThreadRead, { threadId: this.threadId, upTo: last.seq })
      await lookForNews()
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },
  show(lines) {
    this.received = lines
    this.setData({ lines: presentLines(lines) })
  },
  box() {
    return this.selectComponent('#box') as unknown as Box | null
  },
  toEnd() {
    void wx.pageScrollTo({ selector: '#end', duration: 0 })
  },

  async onEarlier() {
    const { thread, isMore } = this.data
    if (!thread?.before || isMore) return
    this.setData({ isMore: true })
    try {
      const { lines, before } = await call(readThread, { threadId: this.threadId, before: thread.before })
      this.setData({ thread: { ...thread, before } })
      this.show([...lines, ...this.received])
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ isMore: false })
    }
  },

  async onSend({ detail }) {
    try {
      const reply = await deliver(answerThread, { threadId: this.threadId, ...detail })
      this.box()?.sent()
      if (!reply) return this.setData({ held: this.data.held + 1 })
      await this.load()
    } catch (error) {
      this.box()?.kept()
      tell(error)
    }
  },
  async onPhrase({ detail }) {
    try {
      const { phrases } = await call(saveMyPhrases, { phrases: [detail.text, ...this.data.phrases] })
      this.setData({ phrases })
      void wx.showToast({ title: '存好了', icon: 'success' })
    } catch (error) {
      tell(error)
    }
  },
  async onWithdraw({ detail }) {
    await this.order(() => call(withdrawLine, { threadId: this.threadId, lineId: detail.id }), '收回了')
  },
  async onFinish() {
    await this.order(() => call(finishThread, { threadId: this.threadId }), '已办结', goBack)
  },
  async onFollow() {
    await this.order(() => call(followThread, { threadId: this.threadId }), '由您跟进了')
  },

  async onForward() {
    try {
      const { desks } = await call(listDesks, { threadId: this.threadId })
      this.setData({ desks, chosen: -1, isForwarding: true })
    } catch (error) {
      tell(error)
    }
  },
  onDesk(event) {
    const { at } = event.currentTarget.dataset as { at: number }
    this.setData({ chosen: at })
  },
  onKeep() {
    this.setData({ isForwarding: false })
  },
  async onReallyForward() {
    const desk = this.data.desks[this.data.chosen]
    if (!desk || desk.post === 'other') return void wx.showToast({ title: '请选一个岗位', icon: 'none' })
    const to = { threadId: this.threadId, unitId: desk.unitId, post: desk.post }
    await this.order(() => call(forwardThread, to), '转过去了', goBack)
  },

  async order(work, said, then) {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await work()
      void wx.showToast({ title: said, icon: 'success' })
      this.setData({ isForwarding: false })
      if (then) then()
      else await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
