import { origin } from '../../../config'
import {
  answerMyLetter,
  confirmMyLetter,
  objectToMyLetter,
  openMyLetter,
  signMyLetter,
  type MyLetter,
} from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, Problem, tell } from '../../../services/api'
import { cardTitle } from '../../../services/letter-card'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { deliver, waitsBelow } from '../../../services/queue'
import { currentChild, me, waiting } from '../../../services/store'
import { openCopy } from './copy'
import { draftOf, keepDraft } from './draft'
import { goToFirstWrong } from './first-wrong'
import { HOUSE_RULE, presentForm, withAnswer, withSaid } from './form'
import { forget, handIn } from './handing-in'
import { shut } from '../shut'
import { presentLetter } from './present'
import type { Custom, Data } from './shape'

/** One letter to one child: opening it is the receipt; below it the one thing that is asked. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    isGone: false,
    letter: null,
    fields: [],
    formNote: '',
    isFilling: false,
    signer: '',
    isSigning: false,
    busy: false,
    isWaiting: false,
    childId: '',
  },
  letterId: '',
  childId: '',
  received: null,
  items: [],
  isChecked: false,
  signing: '',
  stop: () => undefined,

  onLoad(query) {
    this.letterId = query.id ?? ''
    this.childId = query.child ?? ''
    this.stop = waiting.watch(() => {
      if (this.data.isWaiting && !waitsBelow(this.place())) void this.load()
    })
    void this.load()
  },
  onUnload() {
    this.stop()
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
      const why = shut(error)
      // Without a network what is on the screen stays there.
      if (this.received && !why.isGone) return tell(error)
      this.setData({ state: 'failed', ...why })
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
      letter: presentLetter(letter, new Date(), origin),
      signer: `${letter.childName}${child?.relation ?? '家长'}`,
      isWaiting: waitsBelow(this.place()),
      childId: this.childId,
      isFilling:
        letter.form?.isPlain !== true &&
        letter.abilities.answer === true &&
        !letter.myAnswer &&
        (letter.answers ?? []).length === 0,
    })
    const draft = draftOf(letter.id, this.childId)
    const hasArrived = draft?.isHandedIn === true && Boolean(letter.myAnswer)
    if (hasArrived) forget({ letterId: letter.id, childId: this.childId })
    this.items = (hasArrived ? null : draft?.items) ?? letter.myAnswer ?? letter.former?.mine ?? []
    this.isChecked = false
    this.showForm()
  },

  place() {
    return `/me/children/${this.childId}/letters/${this.letterId}`
  },

  showForm() {
    const form = this.received?.form
    if (!form || form.isPlain) return
    const fields = this.data.isFilling ? presentForm(form, this.items, this.isChecked) : []
    this.setData({ fields, formNote: HOUSE_RULE[form.answeredBy] })
  },
  setAnswer(code, value, isTyping = false) {
    this.keepAnswers(withAnswer(this.items, code, value), isTyping)
  },
  keepAnswers(items, isTyping) {
    this.items = items
    keepDraft(this.letterId, this.childId, this.items)
    // The keyboard's own text must not be set under the fingers; nothing below depends on it.
    if (!isTyping || this.isChecked) this.showForm()
  },
  onSaid({ detail: said }) {
    const form = this.received?.form
    if (form) this.keepAnswers(withSaid(form, this.items, said), 'text' in said)
  },
  onPictures({ detail: { code, ids } }) {
    this.setAnswer(code, ids.length > 0 ? { pictures: ids } : undefined, true)
  },
  async onChoose({ detail: { answers } }) {
    const said = { letterId: this.letterId, studentId: this.childId, answers }
    await this.answer(() => deliver(answerMyLetter, said))
  },
  async onObject({ detail: { reason } }) {
    const said = { letterId: this.letterId, studentId: this.childId, reason }
    await this.answer(() => deliver(objectToMyLetter, said))
  },
  onSignField(event) {
    const { code, who } = event.currentTarget.dataset as { code: string; who: string }
    this.signing = code
    this.setData({ isSigning: true, signer: who.replace(/^\d+\. |签名$/g, '') })
  },
  onChange() {
    this.setData({ isFilling: true })
    this.showForm()
  },

  /** Whether the form is answered, or waits on this phone to go out. */
  async sendForm() {
    const form = this.received?.form
    if (!form) return true
    this.setData({ busy: true })
    try {
      const done = await handIn({ letterId: this.letterId, childId: this.childId }, form, this.items)
      if ('problem' in done) {
        // A photo that waits is not missing: nothing is marked as wrong.
        this.isChecked = !done.isWaiting
        this.showForm()
        void wx.showToast({ title: done.problem, icon: 'none', duration: 2500 })
        goToFirstWrong(this, this.data.fields)
        return false
      }
      if (done.letter) this.receive(done.letter)
      else this.setData({ isFilling: false, fields: [] })
      return true
    } catch (error) {
      tell(error)
      if (error instanceof Problem && error.status === 409) void this.load()
      return false
    } finally {
      this.setData({ busy: false })
    }
  },

  async onAct() {
    const before = this.received
    if (!before || this.data.busy) return
    if (this.data.isFilling && !(await this.sendForm())) return
    const letter = this.received
    if (!letter) return
    this.signing = ''
    if (!letter.abilities.sign && !letter.abilities.confirm) {
      void wx.showToast({ title: '填好了', icon: 'success' })
      return
    }
    if (letter.abilities.sign) {
      const child = me.get()?.children.find((it) => it.studentId === this.childId)
      return this.setData({ isSigning: true, signer: `${letter.childName}${child?.relation ?? '家长'}` })
    }
    const said = { letterId: letter.id, studentId: this.childId }
    await this.answer(() => deliver(confirmMyLetter, said))
  },

  async onSigned({ detail: { strokes, width, height } }) {
    if (this.signing) {
      this.setAnswer(this.signing, { strokes, width, height })
      this.signing = ''
      return this.setData({ isSigning: false })
    }
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
      if (letter) void wx.showToast({ title: doneWord(letter), icon: 'success' })
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

  onReply() {
    go(`${pages.thread}?id=${this.letterId}&child=${this.childId}`)
  },

  onPicture(event) {
    const { address, all } = event.currentTarget.dataset as { address: string; all: string[] }
    void wx.previewImage({ urls: all, current: address })
  },

  onNewer() {
    const newer = this.data.letter?.newer
    if (newer) void wx.redirectTo({ url: `${pages.letter}?id=${newer}&child=${this.childId}` })
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

/** What a tap has done, in a word. */
function doneWord({ signed, form, myObjection }: MyLetter) {
  if (myObjection) return '已提交'
  if (form?.isPlain) return '已选好'
  return signed ? '签好了' : '已确认'
}

/** The child the link names; from a card in the class group, each of one's own, the chosen one first. */
function candidates(childId: string) {
  if (childId) return [childId]
  const ids = (me.get()?.children ?? []).map((it) => it.studentId)
  const first = currentChild()?.studentId
  return first ? [first, ...ids.filter((it) => it !== first)] : ids
}
