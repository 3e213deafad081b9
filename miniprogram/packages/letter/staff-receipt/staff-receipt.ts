import {
  type AnswerItem,
  answerMyStaffLetter,
  type LetterForm,
  problemsIn,
  type StaffReceipt,
  valuesOf,
} from '../../../contract'
import { call, Problem, tell } from '../../../services/api'
import { choosePapers, choosePictures, sendChosen } from '../../../services/attach'
import { newRequestId } from '../../../services/draft'
import { draftOf, dropDraft, keepDraft } from '../letter/draft'
import { goToFirstWrong } from '../letter/first-wrong'
import { type Said, withAnswer, withSaid } from '../letter/form'
import {
  byLine,
  carriedLine,
  formerLine,
  type Paper,
  papersAsValue,
  presentQuestions,
  type ShownQuestion,
  toldLines,
} from './present'

/**
 * 回执: what the office has answered, or the form to answer and to change it. What is typed stays on this phone until it was sent. Fires
 * `answered` with the letter, and `stale` when a colleague was faster.
 */
Component({
  properties: {
    letterId: { type: String, value: '' },
    form: { type: Object, value: {} as LetterForm },
    receipt: { type: Object, value: {} as StaffReceipt },
    isOfUnit: { type: Boolean, value: true },
    version: { type: Number, value: 1 },
    isReplaced: { type: Boolean, value: false },
  },
  data: {
    fields: [] as ShownQuestion[],
    items: [] as AnswerItem[],
    names: [] as Paper[],
    isFilling: false,
    isChecked: false,
    byText: '',
    /** That it was given to the edition before, and holds. */
    carriedText: '',
    told: [] as ReturnType<typeof toldLines>,
    /** Who had answered before the questions changed. */
    formerText: '',
    busy: false,
    /** The question whose paper is on its way. */
    sending: '',
  },

  observers: {
    'form, receipt, version'(form: LetterForm, receipt: StaffReceipt, version: number) {
      if (!form.fields || !receipt.unitId) return
      const { answer, prefill, unitId } = receipt
      const draft = receipt.mayAnswer && !answer ? draftOf(this.data.letterId, unitId) : null
      this.setData({
        items: draft?.items ?? answer?.items ?? prefill,
        names: answer?.files ?? [],
        isFilling: receipt.mayAnswer && answer === null,
        isChecked: false,
        byText: answer ? byLine(answer) : '',
        carriedText: carriedLine(receipt, version),
        told: answer ? toldLines(answer) : [],
        formerText: receipt.former ? formerLine(receipt.former) : '',
      })
      this.show()
    },
  },

  methods: {
    show() {
      const { form, items, names, isChecked, isFilling } = this.data
      this.setData({ fields: isFilling ? presentQuestions(form, items, names, isChecked) : [] })
    },
    keep(items: AnswerItem[], isTyping = false) {
      this.setData({ items })
      keepDraft(this.data.letterId, this.data.receipt.unitId, items)
      // The keyboard's own text must not be set under the fingers; nothing below depends on it.
      if (!isTyping || this.data.isChecked) this.show()
    },
    fieldOf(code: string) {
      return this.data.form.fields.find((it) => it.code === code)
    },
    onSaid({ detail: said }: WechatMiniprogram.CustomEvent<Said>) {
      this.keep(withSaid(this.data.form, this.data.items, said), 'text' in said)
    },
    onPicture(event: WechatMiniprogram.BaseEvent) {
      const { code } = event.currentTarget.dataset as { code: string }
      void this.add(code, choosePictures)
    },
    onPaper(event: WechatMiniprogram.BaseEvent) {
      const { code } = event.currentTarget.dataset as { code: string }
      void this.add(code, choosePapers)
    },
    async add(code: string, choose: typeof choosePapers) {
      const field = this.data.fields.find((it) => it.code === code)
      if (!field || this.data.sending) return
      try {
        const chosen = await choose(field.most - field.papers.length)
        this.setData({ sending: chosen.length > 0 ? code : '' })
        for (const it of chosen) {
          const to = `/me/staff-letters/${this.data.letterId}/papers`
          const { id } = await sendChosen(it, newRequestId(), to)
          const name = it.kind === 'image' ? `照片${Date.now() % 1000}.jpg` : it.name
          this.put(code, (papers) => [...papers, { id, name }])
        }
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ sending: '' })
      }
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { code, id } = event.currentTarget.dataset as { code: string; id: string }
      this.put(code, (papers) => papers.filter((it) => it.id !== id))
    },
    put(code: string, change: (papers: Paper[]) => Paper[]) {
      const field = this.data.fields.find((it) => it.code === code)
      if (!field) return
      const papers = change(field.papers)
      const others = this.data.names.filter((it) => !papers.some((one) => one.id === it.id))
      this.setData({ names: [...others, ...papers] })
      this.keep(withAnswer(this.data.items, code, papersAsValue(field.type, papers)))
    },
    onChange() {
      this.setData({ isFilling: true })
      this.show()
    },
    async onSend() {
      const { form, items, receipt, letterId } = this.data
      const [problem] = problemsIn(form, valuesOf(items)).values()
      if (problem) {
        this.setData({ isChecked: true })
        this.show()
        void wx.showToast({ title: problem, icon: 'none', duration: 2500 })
        goToFirstWrong(this, this.data.fields)
        return
      }
      if (this.data.busy) return
      this.setData({ busy: true })
      try {
        const letter = await call(answerMyStaffLetter, {
          letterId,
          unitId: receipt.unitId,
          answers: items.filter((it) => this.fieldOf(it.code)),
          seen: receipt.answer?.at ?? null,
        })
        dropDraft(letterId, receipt.unitId)
        void wx.showToast({ title: '回执交好了', icon: 'success' })
        this.triggerEvent('answered', { letter })
      } catch (error) {
        tell(error)
        if (error instanceof Problem && error.status === 409) this.triggerEvent('stale')
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})
