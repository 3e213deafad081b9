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
  URGENT_STEPS,
  withdrawLine,
} from '../../../contract'
import { call, tell } from '../../../services/api'
import { nearMoment } from '../../../services/format'
import { goBack } from '../../../services/navigate'
import { deliver } from '../../../services/queue'
import { me } from '../../../services/store'
import { TALK, type TalkData, TALKING, type Talking, talkOn } from '../../../services/talk-page'

interface Data extends TalkData {
  thread: Omit<DeskThread, 'lines'> | null
  steps: readonly string[]
  draftKey: string
  followed: string
  phrases: string[]
  desks: Desk[]
  chosen: number
  isForwarding: boolean
  busy: boolean
}
interface Custom extends Talking {
  threadId: string
  order: (work: () => Promise<unknown>, said: string, then?: () => void) => Promise<void>
  onPhrase: (event: WechatMiniprogram.CustomEvent<{ text: string }>) => Promise<void>
  onFinish: () => Promise<void>
  onFollow: () => Promise<void>
  onForward: () => Promise<void>
  onDesk: (event: WechatMiniprogram.BaseEvent) => void
  onReallyForward: () => Promise<void>
  onKeep: () => void
}

/** One family's thread, as whoever holds the post sees it. */
Page<Data, Custom>({
  ...TALKING,
  data: {
    ...TALK,
    thread: null,
    steps: URGENT_STEPS,
    draftKey: '',
    followed: '',
    phrases: [],
    desks: [],
    chosen: -1,
    isForwarding: false,
    busy: false,
  },
  threadId: '',

  onLoad(query) {
    const threadId = (this.threadId = query.id ?? '')
    this.talk = talkOn(this, {
      open: (before) => call(readThread, { threadId, ...(before && { before }) }),
      show: ({ lines: _, ...thread }: DeskThread) => ({
        thread,
        followed: followedIn(thread),
        draftKey: `${me.get()?.personId ?? ''}.${threadId}`,
      }),
      write: (written) => deliver(answerThread, { threadId, ...written }),
      withdraw: (lineId) => call(withdrawLine, { threadId, lineId }),
      markRead: async (upTo, { abilities }) =>
        abilities.write ? call(markThreadRead, { threadId, upTo }) : null,
      place: () => `/threads/${threadId}/lines`,
    })
    void call(listMyPhrases, {})
      .then(({ phrases }) => this.setData({ phrases }))
      .catch(() => undefined)
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

const followedIn = ({ followedBy }: Pick<DeskThread, 'followedBy'>) =>
  followedBy ? `${followedBy.name}在跟进，${nearMoment(followedBy.at)}起` : ''
