import type { Written } from '../../../components/talk-box/talk-box'
import {
  type HelpLine,
  type MyThread,
  openMyThread,
  readMyThread,
  type ThreadLine,
  withdrawMyLine,
  writeToMyThread,
} from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { deliver } from '../../../services/queue'
import { lookForNews } from '../../../services/replies'
import { currentChild } from '../../../services/store'
import { presentLines, type ShownLine } from '../../../services/talk'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  thread: Omit<MyThread, 'lines' | 'helpLines'> | null
  lines: ShownLine[]
  /** Whom to call now: out of hours, or because of what was just written. */
  helpLines: HelpLine[]
  isDanger: boolean
  /** How many lines wait on this phone for the network. */
  held: number
  isMore: boolean
}
interface Box {
  sent: () => void
  kept: () => void
}
interface Custom {
  letterId: string
  childId: string
  received: ThreadLine[]
  load: () => Promise<void>
  show: (lines: ThreadLine[]) => void
  box: () => Box | null
  toEnd: () => void
  onEarlier: () => Promise<void>
  onSend: (event: WechatMiniprogram.CustomEvent<Written>) => Promise<void>
  onWithdraw: (event: WechatMiniprogram.CustomEvent<{ id: string }>) => Promise<void>
  onLetter: () => void
  onCall: (event: WechatMiniprogram.BaseEvent) => void
}

/** What the family and a post write to each other below a letter. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    thread: null,
    lines: [],
    helpLines: [],
    isDanger: false,
    held: 0,
    isMore: false,
  },
  letterId: '',
  childId: '',
  received: [],

  onLoad(query) {
    this.letterId = query.id ?? ''
    this.childId = query.child ?? ''
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
      this.childId = this.childId || (currentChild()?.studentId ?? '')
      const said = { letterId: this.letterId, studentId: this.childId }
      const { lines, helpLines, ...thread } = await call(openMyThread, said)
      this.setData({ state: 'ready', thread, helpLines, isDanger: false, held: 0 })
      this.show(lines)
      this.toEnd()
      const [last] = lines.slice(-1)
      if (last) await call(readMyThread, { ...said, upTo: last.seq })
      await lookForNews()
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
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
      const said = { letterId: this.letterId, studentId: this.childId, before: thread.before }
      const { lines, before } = await call(openMyThread, said)
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
      const said = { letterId: this.letterId, studentId: this.childId, ...detail }
      const reply = await deliver(writeToMyThread, said)
      this.box()?.sent()
      if (!reply) return this.setData({ held: this.data.held + 1 })
      this.show([...this.received.filter((it) => it.id !== reply.line.id), reply.line])
      if (reply.helpLines.length > 0) this.setData({ helpLines: reply.helpLines, isDanger: true })
      this.toEnd()
    } catch (error) {
      this.box()?.kept()
      tell(error)
    }
  },

  async onWithdraw({ detail }) {
    try {
      await call(withdrawMyLine, { studentId: this.childId, lineId: detail.id })
      await this.load()
    } catch (error) {
      tell(error)
      await this.load()
    }
  },

  onLetter() {
    go(`${pages.letter}?id=${this.letterId}&child=${this.childId}`)
  },
  onCall(event) {
    const { number } = event.currentTarget.dataset as { number: string }
    void wx.makePhoneCall({ phoneNumber: number }).catch(() => undefined)
  },
})
