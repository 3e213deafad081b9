import { answerMatch, listMyMatches, type Match } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { mustAgree } from '../../../services/consent'
import { go, goOn, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  matches: Match[]
  busy: boolean
  /** Asks once more before 不是我的孩子: a slip here would cost a telephone call to the teacher. */
  denying: boolean
  /** The privacy text waits for an answer before a yes can count; a no needs none. */
  asking: boolean
}
interface Custom {
  load: () => Promise<void>
  answer: (isMine: boolean) => Promise<void>
  finish: () => Promise<void>
  onYes: () => void
  onNo: () => void
  onBack: () => void
  onReallyNo: () => void
  onJoin: () => void
  onAgreed: () => void
  onNotNow: () => void
}

/** 您是七年级2班张*的妈妈？ One child after the other, as the phone number points at them. */
Page<Data, Custom>({
  data: { state: 'loading', problem: '', matches: [], busy: false, denying: false, asking: false },

  onLoad() {
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const { matches } = await call(listMyMatches, {})
      this.setData({ state: 'ready', matches })
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async answer(isMine) {
    const [match, ...rest] = this.data.matches
    if (!match || this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(answerMatch, { guardianshipId: match.guardianshipId, isMine })
      this.setData({ denying: false })
      // The last card stays under the next page instead of flashing an empty one.
      if (rest.length === 0) return await this.finish()
      this.setData({ matches: rest })
    } catch (error) {
      tell(error)
      // Answered on another phone, or the answer arrived and its reply did not: look what is left.
      if (error instanceof Problem && error.status >= 400 && error.status < 500) await this.load()
    } finally {
      this.setData({ busy: false })
    }
  },

  async finish() {
    const me = await refreshMe()
    if (me.children.length > 0) goOn()
    else replaceWith(`${pages.join}?from=phone`)
  },

  onYes() {
    if (mustAgree()) return this.setData({ asking: true })
    void this.answer(true)
  },
  onNo() {
    this.setData({ denying: true })
  },
  onBack() {
    this.setData({ denying: false })
  },
  onReallyNo() {
    void this.answer(false)
  },
  onJoin() {
    go(pages.join)
  },

  onAgreed() {
    this.setData({ asking: false })
    void this.answer(true)
  },
  onNotNow() {
    this.setData({ asking: false })
  },
})
