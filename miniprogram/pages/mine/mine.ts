import { listMyMessages, type Me } from '../../contract'
import { changeRole, leave, refreshMe } from '../../services/account'
import { call, tell } from '../../services/api'
import { go, HOME } from '../../services/navigate'
import { pages } from '../../services/pages'
import { session } from '../../services/session'
import { me } from '../../services/store'
import { postsOf } from './posts'

interface Data {
  me: Me | null
  posts: string[]
  hasLeft: boolean
  unread: number
  leaving: boolean
  busy: boolean
}
interface Custom {
  stopWatching: () => void
  refresh: () => Promise<void>
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
  onSwitch: () => Promise<void>
  onLeave: () => void
  onStay: () => void
  onReallyLeave: () => Promise<void>
}

/** 我的: who I am, my children, my certificates, and how to leave. */
Page<Data, Custom>({
  data: { me: null, posts: [], hasLeft: false, unread: 0, leaving: false, busy: false },
  stopWatching: () => undefined,

  onLoad() {
    const show = () => {
      const who = me.get()
      this.setData({ me: who, posts: who ? postsOf(who) : [], hasLeft: session.hasLeft() })
    }
    show()
    this.stopWatching = me.watch(show)
  },
  onUnload() {
    this.stopWatching()
  },

  onShow() {
    void this.refresh()
  },
  async onPullDownRefresh() {
    await this.refresh()
    void wx.stopPullDownRefresh()
  },

  async refresh() {
    this.setData({ hasLeft: session.hasLeft() })
    // What was known last stays on the screen; the banner tells when the network is gone.
    if (session.hasLeft()) return
    await refreshMe().catch(() => undefined)
    const news = await call(listMyMessages, {}).catch(() => null)
    if (news) this.setData({ unread: news.unread })
  },

  onOpen(event) {
    const { to } = event.currentTarget.dataset as { to: keyof typeof pages }
    go(pages[to])
  },

  async onSwitch() {
    const who = this.data.me
    if (!who || this.data.busy) return
    this.setData({ busy: true })
    try {
      await changeRole(who.role === 'staff' ? 'guardian' : 'staff')
      void wx.reLaunch({ url: HOME })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onLeave() {
    this.setData({ leaving: true })
  },
  onStay() {
    this.setData({ leaving: false })
  },
  async onReallyLeave() {
    this.setData({ busy: true })
    await leave()
    this.setData({ busy: false, leaving: false })
    void wx.reLaunch({ url: HOME })
  },
})
