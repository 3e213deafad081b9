import { listMyStaffLetters } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { presentStaffLine, type ShownStaffLine } from '../staff-letter/present'

type Only = 'todo' | 'all'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  only: Only
  letters: ShownStaffLine[]
  next: string | null
  isMore: boolean
}
interface Custom {
  load: () => Promise<void>
  ask: (after?: string) => ReturnType<typeof askFor>
  onOnly: (event: WechatMiniprogram.BaseEvent) => void
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
}

/** What was written to my posts, from above or from my own school: what waits for me, or all of it. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', only: 'todo', letters: [], next: null, isMore: false },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  async onReachBottom() {
    const { next, isMore } = this.data
    if (!next || isMore) return
    this.setData({ isMore: true })
    try {
      const page = await this.ask(next)
      if (this.data.next !== next) return
      const letters = [...this.data.letters, ...page.letters.map((it) => presentStaffLine(it))]
      this.setData({ letters, next: page.next })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ isMore: false })
    }
  },

  ask(after) {
    return askFor(this.data.only, after)
  },
  async load() {
    const { only } = this.data
    try {
      await knowWho()
      const { letters, next } = await this.ask()
      if (this.data.only !== only) return
      this.setData({ state: 'ready', letters: letters.map((it) => presentStaffLine(it)), next })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  onOnly(event) {
    const { only } = event.currentTarget.dataset as { only: Only }
    if (only === this.data.only) return
    this.setData({ only, state: 'loading', letters: [], next: null })
    void this.load()
  },
  onOpen(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    go(`${pages.staffLetter}?id=${id}`)
  },
})

const askFor = (only: Only, after?: string) =>
  call(listMyStaffLetters, { ...(only === 'todo' && { only }), ...(after && { after }) })
