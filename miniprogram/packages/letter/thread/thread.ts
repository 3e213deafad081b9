import {
  type HelpLine,
  type MyThread,
  openMyThread,
  readMyThread,
  type SeenBy,
  withdrawMyLine,
  writeToMyThread,
} from '../../../contract'
import { call } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { deliver } from '../../../services/queue'
import { currentChild, me } from '../../../services/store'
import { TALK, type TalkData, TALKING, type Talking, talkOn } from '../../../services/talk-page'
import { shut } from '../shut'

interface Data extends TalkData {
  isStranger: boolean
  isGone: boolean
  thread: Omit<MyThread, 'lines' | 'helpLines'> | null
  seenBy: SeenBy
  draftKey: string
  /** Whom to call now: out of hours, or because of what was just written. */
  helpLines: HelpLine[]
  isDanger: boolean
}
interface Custom extends Talking {
  letterId: string
  childId: string
  said: () => { letterId: string; studentId: string; seenBy: SeenBy }
  onSeenBy: (event: WechatMiniprogram.BaseEvent) => void
  onLetter: () => void
  onCall: (event: WechatMiniprogram.BaseEvent) => void
}

/** What the family, or one guardian in confidence, and a post write to each other below a letter. */
Page<Data, Custom>({
  ...TALKING,
  data: {
    ...TALK,
    isStranger: false,
    isGone: false,
    thread: null,
    seenBy: 'family',
    draftKey: '',
    helpLines: [],
    isDanger: false,
  },
  letterId: '',
  childId: '',

  onLoad(query) {
    this.letterId = query.id ?? ''
    this.childId = query.child ?? ''
    if (query.seenBy === 'me') this.setData({ seenBy: 'me' })
    this.talk = talkOn(this, {
      open: (before) => {
        this.childId = this.childId || (currentChild()?.studentId ?? '')
        return call(openMyThread, { ...this.said(), ...(before && { before }) })
      },
      show: ({ lines: _, helpLines, ...thread }: MyThread) => ({
        ...{ thread, helpLines, isDanger: false },
        draftKey: [me.get()?.personId, this.letterId, this.childId, this.data.seenBy].join('.'),
      }),
      write: (written) => deliver(writeToMyThread, { ...this.said(), ...written }),
      wrote: ({ helpLines }) => {
        if (helpLines.length > 0) this.setData({ helpLines, isDanger: true })
      },
      failed: shut,
      withdraw: (lineId) => call(withdrawMyLine, { studentId: this.childId, lineId }),
      markRead: (upTo) => call(readMyThread, { ...this.said(), upTo }),
      place: () => `/me/children/${this.childId}/letters/${this.letterId}/thread#${this.data.seenBy}`,
    })
  },
  said() {
    return { letterId: this.letterId, studentId: this.childId, seenBy: this.data.seenBy }
  },
  onSeenBy(event) {
    const { seenBy } = event.currentTarget.dataset as { seenBy: SeenBy }
    if (seenBy === this.data.seenBy) return
    this.setData({ ...TALK, seenBy, draftKey: '' })
    void this.load()
  },
  onLetter() {
    go(`${pages.letter}?id=${this.letterId}&child=${this.childId}`)
  },
  onCall(event) {
    const { number } = event.currentTarget.dataset as { number: string }
    void wx.makePhoneCall({ phoneNumber: number }).catch(() => undefined)
  },
})
