import { refreshMe } from '../../../services/account'
import { explain, tell } from '../../../services/api'
import { answer, privacyText, standing } from '../../../services/consent'
import { session } from '../../../services/session'
import { me } from '../../../services/store'
import { chaptersOf, editionOf, type Chapter } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  title: string
  edition: string
  changes: string
  chapters: Chapter[]
  /** asked and withdrawn show the buttons; given offers to take it back; none: nobody is signed in as a guardian. */
  answered: 'asked' | 'withdrawn' | 'given' | 'none'
  /** A no is asked about once more, with what it means. */
  declining: boolean
  busy: '' | 'yes' | 'no'
}
interface Custom {
  version: number
  stopWatching: () => void
  load: () => Promise<void>
  give: (isGiven: boolean) => Promise<void>
  onYes: () => void
  onNo: () => void
  onKeep: () => void
  onReallyNo: () => void
}

/** The privacy text in force, and one's answer to it. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    title: '',
    edition: '',
    changes: '',
    chapters: [],
    answered: 'none',
    declining: false,
    busy: '',
  },
  version: 0,
  stopWatching: () => undefined,

  onLoad() {
    const show = () => this.setData({ answered: answered() })
    show()
    this.stopWatching = me.watch(show)
    void this.load()
  },
  onUnload() {
    this.stopWatching()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      // Who reads before signing in stays unknown; who is known is asked for anew, in case they answered elsewhere.
      const [text] = await Promise.all([privacyText(), session.token() && refreshMe().catch(() => null)])
      this.version = text.version
      const { line, changes } = editionOf(text)
      this.setData({
        state: 'ready',
        title: text.title,
        edition: line,
        changes,
        chapters: chaptersOf(text.body),
      })
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async give(isGiven) {
    if (this.data.busy) return
    this.setData({ busy: isGiven ? 'yes' : 'no' })
    try {
      await answer(this.version, isGiven)
      void wx.showToast({ title: isGiven ? '好的，已记下同意' : '已记下不同意', icon: 'none' })
    } catch (error) {
      tell(error)
      await this.load()
    } finally {
      this.setData({ busy: '', declining: false })
    }
  },

  onYes() {
    void this.give(true)
  },
  onNo() {
    this.setData({ declining: true })
  },
  onKeep() {
    this.setData({ declining: false })
  },
  onReallyNo() {
    void this.give(false)
  },
})

function answered(): Data['answered'] {
  if (!session.token() || !me.get()?.consent) return 'none'
  const stands = standing()
  return stands === 'settled' ? 'given' : stands
}
