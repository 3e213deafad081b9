import { listMyMessages, readMyMessages } from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { presentMessage, type ShownMessage } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  messages: ShownMessage[]
  next: string | null
  unread: number
  busy: boolean
}
interface Custom {
  load: () => Promise<void>
  more: () => Promise<void>
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
  onReadAll: () => Promise<void>
}

/** What was sent to me, whether WeChat could ring or not; a tap leads to the thing itself. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', messages: [], next: null, unread: 0, busy: false },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },

  async load() {
    try {
      const { messages, next, unread } = await call(listMyMessages, {})
      this.setData({ state: 'ready', messages: messages.map((it) => presentMessage(it)), next, unread })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async more() {
    const { next, busy } = this.data
    if (!next || busy) return
    this.setData({ busy: true })
    try {
      const page = await call(listMyMessages, { after: next })
      const messages = [...this.data.messages, ...page.messages.map((it) => presentMessage(it))]
      this.setData({ messages, next: page.next, unread: page.unread })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onOpen(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const message = this.data.messages.find((it) => it.id === id)
    if (!message) return
    // The page opens at once; that it was read may arrive later, or with the next tap.
    if (!message.isRead) void call(readMyMessages, { ids: [id] }).catch(() => undefined)
    go(message.page)
  },

  async onReadAll() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(readMyMessages, {})
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
