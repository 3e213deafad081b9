import { answerQuiz, type Question, type Reviewed } from '../../../../contract'
import { call, tell } from '../../../../services/api'
import { choose, presentQuestion, presentReviewed, type ShownQuestion } from '../../question-card/present'

/** The questions at the end of a lesson; may be tried as often as one likes, explained after each try. Fires `passed`. */
Component({
  properties: {
    lessonId: { type: String, value: '' },
    questions: { type: Array, value: [] as Question[] },
    locked: { type: Boolean, value: true },
    whyLocked: { type: String, value: '' },
    passed: { type: Boolean, value: false },
  },
  data: {
    shown: [] as ShownQuestion[],
    answers: [] as number[][],
    isAnswered: false,
    isRight: false,
    isOpen: false,
    busy: false,
  },

  observers: {
    questions(questions: Question[]) {
      const answers = questions.map((): number[] => [])
      this.setData({ answers, shown: questions.map((it, at) => presentQuestion(it, answers[at] ?? [])) })
    },
  },

  methods: {
    /** 再做一遍, or the first time once the lesson is seen. */
    onOpen() {
      const questions = this.data.questions
      const answers = questions.map((): number[] => [])
      this.setData({
        isOpen: true,
        isAnswered: false,
        answers,
        shown: questions.map((it) => presentQuestion(it, [])),
      })
    },
    onChoose(event: WechatMiniprogram.CustomEvent<{ option: number }>) {
      if (this.data.isAnswered) return
      const { question } = event.currentTarget.dataset as { question: number }
      const { option } = event.detail
      const asked = this.data.questions[question]
      if (!asked) return
      const chosen = choose(asked.kind, this.data.answers[question] ?? [], option)
      this.setData({
        [`answers[${question}]`]: chosen,
        [`shown[${question}]`]: presentQuestion(asked, chosen),
      })
    },
    async onSubmit() {
      const { answers, busy, lessonId } = this.data
      if (busy) return
      const missing = answers.findIndex((it) => it.length === 0)
      if (missing >= 0) {
        void wx.showToast({ title: `第${missing + 1}题还没有答`, icon: 'none' })
        return
      }
      this.setData({ busy: true })
      try {
        const reply = await call(answerQuiz, { lessonId, answers })
        this.setData({
          isAnswered: true,
          isRight: reply.isPassed,
          shown: reply.questions.map((it: Reviewed) => presentReviewed(it)),
        })
        if (reply.isPassed) this.triggerEvent('passed')
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})
