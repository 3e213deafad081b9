import { countThreads, listThreads, type ThreadBox } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews } from '../../../services/replies'
import { me } from '../../../services/store'
import { presentThread, type ShownThread } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  box: ThreadBox
  words: string
  /** The classes that have written, for who has several. */
  classes: { classId: string; name: string }[]
  classId: string
  className: string
  unanswered: number
  urgent: number
  /** What was urgent stays with who follows it up. */
  isCounsellor: boolean
  waiting: number
  threads: ShownThread[]
  next: string | null
  isMore: boolean
}
interface Custom {
  typing: number
  load: () => Promise<void>
  ask: (after?: string) => ReturnType<typeof askFor>
  onBox: (event: WechatMiniprogram.BaseEvent) => void
  onSearch: (event: WechatMiniprogram.Input) => void
  onClass: (event: WechatMiniprogram.PickerChange) => void
  onOverdue: () => void
  onOpen: (event: WechatMiniprogram.BaseEvent) => void
}

/** What families wrote to my posts: who waits longest first. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    box: 'waiting',
    words: '',
    classes: [],
    classId: '',
    className: '',
    unanswered: 0,
    urgent: 0,
    isCounsellor: false,
    waiting: 0,
    threads: [],
    next: null,
    isMore: false,
  },
  typing: 0,

  onLoad(query) {
    if (query.box === 'urgent') this.setData({ box: 'urgent' })
  },
  onShow() {
    void this.load()
  },
  onUnload() {
    clearTimeout(this.typing)
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
      this.setData({
        threads: [...this.data.threads, ...page.threads.map((it) => presentThread(it))],
        next: page.next,
      })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ isMore: false })
    }
  },

  ask(after) {
    return askFor(this.data, after)
  },
  async load() {
    const { box, words, classId } = this.data
    try {
      await knowWho()
      const [page, counts] = await Promise.all([this.ask(), call(countThreads, {})])
      if (this.data.box !== box || this.data.words !== words || this.data.classId !== classId) return
      this.setData({
        state: 'ready',
        isCounsellor: (me.get()?.posts ?? []).some((it) => it.post === 'counsellor'),
        threads: page.threads.map((it) => presentThread(it)),
        next: page.next,
        classes: [{ classId: '', name: '全部班级' }, ...page.classes],
        unanswered: counts.unanswered ?? 0,
        urgent: counts.urgent,
        waiting: counts.waiting,
      })
      await lookForNews()
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  onBox(event) {
    const { box } = event.currentTarget.dataset as { box: ThreadBox }
    if (box === this.data.box) return
    this.setData({ box, state: 'loading', threads: [], next: null })
    void this.load()
  },
  onSearch({ detail }) {
    this.setData({ words: detail.value.trim() })
    clearTimeout(this.typing)
    this.typing = setTimeout(() => void this.load(), 400)
  },
  onClass({ detail }) {
    const { classId = '', name = '' } = this.data.classes[Number(detail.value)] ?? {}
    this.setData({ classId, className: classId ? name : '', state: 'loading', threads: [], next: null })
    void this.load()
  },
  onOverdue() {
    go(pages.teacherOverdue)
  },
  onOpen(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    go(`${pages.teacherThread}?id=${id}`)
  },
})

const askFor = ({ box, words, classId }: Data, after?: string) =>
  call(listThreads, {
    box,
    ...(words && { words }),
    ...(classId && { classId }),
    ...(after && { after }),
  })
