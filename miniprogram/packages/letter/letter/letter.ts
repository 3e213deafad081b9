import type { Signature } from '../../../components/signature-pad/signature-pad'
import { confirmMyLetter, openMyLetter, signMyLetter, type MyLetter } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { cardTitle } from '../../../services/letter-card'
import { signInFirst } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { deliver } from '../../../services/queue'
import { currentChild, me } from '../../../services/store'
import { openCopy } from './copy'
import { presentLetter, type ShownLetter } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** Nobody who belongs to a class is signed in: the letter waits behind the door. */
  isStranger: boolean
  letter: ShownLetter | null
  signer: string
  isSigning: boolean
  busy: boolean
  /** The answer is on this phone and goes out with the network. */
  isWaiting: boolean
}
interface Custom {
  letterId: string
  childId: string
  received: MyLetter | null
  load: () => Promise<void>
  openForOneOf: (childIds: string[]) => Promise<MyLetter>
  receive: (letter: MyLetter) => void
  answer: (send: () => Promise<MyLetter | null>) => Promise<void>
  onAct: () => void
  onSigned: (event: WechatMiniprogram.CustomEvent<Signature>) => Promise<void>
  onCancelSigning: () => void
  onCopy: () => Promise<void>
  onNewer: () => void
  onStart: () => void
}

/** One letter to one child: opening it is the receipt; below it the one thing that is asked. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    letter: null,
    signer: '',
    isSigning: false,
    busy: false,
    isWaiting: false,
  },
  letterId: '',
  childId: '',
  received: null,

  onLoad(query) {
    this.letterId = query.id ?? ''
    this.childId = query.child ?? ''
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      await knowWho()
      const letter = await this.openForOneOf(candidates(this.childId))
      this.receive(letter)
    } catch (error) {
      const isStranger = (me.get()?.children.length ?? 0) === 0
      this.setData({ state: 'failed', problem: explain(error), isStranger })
    }
  },

  async openForOneOf([childId, ...others]) {
    if (!childId) throw new Problem(404, '这封信不是寄给您的孩子的')
    try {
      const letter = await call(openMyLetter, { letterId: this.letterId, studentId: childId })
      this.childId = childId
      return letter
    } catch (error) {
      const isNotThisChilds = error instanceof Problem && error.status === 404
      if (isNotThisChilds && others.length > 0) return this.openForOneOf(others)
      throw error
    }
  },

  receive(letter) {
    this.received = letter
    const child = me.get()?.children.find((it) => it.studentId === this.childId)
    this.setData({
      state: 'ready',
      letter: presentLetter(letter),
      signer: `${letter.childName}${child?.relation ?? '家长'}`,
      isWaiting: false,
    })
  },

  onAct() {
    const letter = this.received
    if (!letter || this.data.busy) return
    if (letter.abilities.sign) return this.setData({ isSigning: true })
    const said = { letterId: letter.id, studentId: this.childId }
    void this.answer(() => deliver(confirmMyLetter, said))
  },

  async onSigned({ detail: { strokes, width, height } }) {
    const said = { letterId: this.letterId, studentId: this.childId, width, height, strokes }
    await this.answer(() => deliver(signMyLetter, said))
  },

  async answer(send) {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const letter = await send()
      if (letter) this.receive(letter)
      else this.setData({ isWaiting: true })
      this.setData({ isSigning: false })
      if (letter) void wx.showToast({ title: letter.signed ? '签好了' : '已确认', icon: 'success' })
    } catch (error) {
      tell(error)
      // The other parent may have been faster, or the letter was corrected: show how it stands.
      if (error instanceof Problem && error.status === 409) {
        this.setData({ isSigning: false })
        void this.load()
      }
    } finally {
      this.setData({ busy: false })
    }
  },

  onCancelSigning() {
    this.setData({ isSigning: false })
  },

  async onCopy() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await openCopy({ letterId: this.letterId, studentId: this.childId })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onNewer() {
    const newer = this.data.letter?.newer
    if (newer) void wx.redirectTo({ url: `${pages.letter}?id=${newer}&child=${this.childId}` })
  },

  onStart() {
    signInFirst()
  },

  onShareAppMessage() {
    const letter = this.received
    return {
      title: letter ? cardTitle(letter, letter.className) : '家长学校',
      // Without the child: whoever opens it reads it for a child of their own.
      path: `${pages.letter}?id=${this.letterId}`,
    }
  },
})

/** The child the link names; from a card in the class group, each of one's own, the chosen one first. */
function candidates(childId: string) {
  if (childId) return [childId]
  const ids = (me.get()?.children ?? []).map((it) => it.studentId)
  const first = currentChild()?.studentId
  return first ? [first, ...ids.filter((it) => it !== first)] : ids
}
