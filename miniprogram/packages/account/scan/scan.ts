import { answerScan, openScan, postInWords, type Reply } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, Problem } from '../../../services/api'
import { moment } from '../../../services/format'
import { goBack, signInFirst } from '../../../services/navigate'
import { session } from '../../../services/session'

interface Data {
  state: 'loading' | 'asking' | 'over' | 'failed'
  /** Why it cannot go on, or how it ended. */
  words: string
  hint: string
  isDone: boolean
  /** Not bound to a phone yet: who this is, the staff list can only tell by the number. */
  isStranger: boolean
  device: string
  place: string
  isSameNetwork: boolean
  asked: string
  name: string
  posts: string[]
  busy: boolean
}
interface Custom {
  ticket: string
  load: () => Promise<void>
  answer: (isMe: boolean) => Promise<void>
  onYes: () => void
  onNo: () => void
  onClose: () => void
}

/** 登录控制台？ The code on a computer's screen was scanned: which computer it is, and whether that is me. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    words: '',
    hint: '',
    isDone: false,
    isStranger: false,
    device: '',
    place: '',
    isSameNetwork: true,
    asked: '',
    name: '',
    posts: [],
    busy: false,
  },
  ticket: '',

  onLoad(query) {
    this.ticket = decodeURIComponent(query.scene ?? '')
    void this.load()
  },

  async load() {
    if (session.hasLeft()) return signInFirst()
    if (this.ticket === '') {
      this.setData({ state: 'over', words: '请扫电脑上的码', hint: '在电脑上打开控制台，选“扫码登录”。' })
      return
    }
    this.setData({ state: 'loading' })
    try {
      this.setData({ state: 'asking', ...present(await call(openScan, { ticket: this.ticket })) })
    } catch (error) {
      const isStranger = isFinal(error) && !(await knowWho().catch(() => null))?.maskedPhone
      this.setData({
        state: isFinal(error) ? 'over' : 'failed',
        isStranger,
        words: isStranger ? '还不知道您是哪位老师' : explain(error),
        hint: isStranger ? '请先用学校登记的手机号登录小程序，再回来确认。' : '',
      })
    }
  },

  async answer(isMe) {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(answerScan, { ticket: this.ticket, isMe })
      this.setData({
        state: 'over',
        isDone: isMe,
        words: isMe ? '已经确认' : '没有登录',
        hint: isMe ? '请回到电脑前，控制台马上打开。' : '如果不是您在操作，请提醒身边的同事不要乱扫码。',
      })
    } catch (error) {
      if (isFinal(error)) this.setData({ state: 'over', words: explain(error), hint: '' })
      else void wx.showToast({ title: explain(error), icon: 'none', duration: 3000 })
    } finally {
      this.setData({ busy: false })
    }
  },

  onYes() {
    void this.answer(true)
  },
  onNo() {
    void this.answer(false)
  },
  onClose() {
    if (this.data.isStranger) signInFirst()
    else goBack()
  },
})

const present = (it: Reply<typeof openScan>) => ({
  device: it.device,
  place: it.address,
  isSameNetwork: it.isSameNetwork,
  asked: moment(it.askedAt),
  name: it.name,
  posts: it.posts.map((post) => `${post.unitName} ${postInWords(post)}`),
})

/** Asking again would bring the same answer: too old, used, or not for this person. */
const isFinal = (error: unknown) => error instanceof Problem && error.status >= 400 && error.status < 500
