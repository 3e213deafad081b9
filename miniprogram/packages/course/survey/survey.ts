import { answerMySurvey, openMySurvey, type Reply, type SurveyQuestion } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { goBack } from '../../../services/navigate'
import { currentChild } from '../../../services/store'
import { choose, type ShownQuestion } from '../question-card/present'
import { presentAnswer, presentAsked, presentIntro, thanksInWords, type ShownAnswer } from './present'

type Answered = Reply<typeof answerMySurvey>

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  stage: 'intro' | 'asking' | 'thanks' | 'closed'
  intro: ReturnType<typeof presentIntro> | null
  question: ShownQuestion | null
  at: number
  total: number
  isChosen: boolean
  thanks: string
  answers: ShownAnswer[]
  busy: boolean
}
interface Custom {
  surveyId: string
  studentId: string
  questions: SurveyQuestion[]
  chosen: number[][]
  load: () => Promise<void>
  show: (at: number) => void
  onBegin: () => void
  onChoose: (event: WechatMiniprogram.CustomEvent<{ option: number }>) => void
  onNext: () => void
  onBefore: () => void
  handIn: () => Promise<void>
  thank: (answered: Answered) => void
  onDone: () => void
}

/** A short survey: one question after another, then thanks and the right answers. What was chosen is not kept anywhere. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    stage: 'intro',
    intro: null,
    question: null,
    at: 0,
    total: 0,
    isChosen: false,
    thanks: '',
    answers: [],
    busy: false,
  },
  surveyId: '',
  studentId: '',
  questions: [],
  chosen: [],

  onLoad(query) {
    this.surveyId = query.id ?? ''
    this.studentId = query.student ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      await knowWho()
      const studentId = this.studentId || (currentChild()?.studentId ?? '')
      this.studentId = studentId
      const survey = await call(openMySurvey, { studentId, surveyId: this.surveyId })
      this.questions = survey.questions
      this.chosen = survey.questions.map(() => [])
      const stages = { asked: 'intro', answered: 'thanks', closed: 'closed' } as const
      this.setData({
        state: 'ready',
        stage: stages[survey.state],
        intro: presentIntro(survey),
        total: survey.questions.length,
        thanks: survey.answers.length > 0 ? '您家已经答过了，正确答案在下面。' : thanksInWords(null, 0),
        answers: survey.answers.map((it) => presentAnswer(it, [], null)),
      })
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  show(at) {
    const question = this.questions[at]
    if (!question) return
    const chosen = this.chosen[at] ?? []
    this.setData({
      stage: 'asking',
      at,
      question: presentAsked(question, chosen),
      isChosen: chosen.length > 0,
    })
    void wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  onBegin() {
    this.show(0)
  },
  onChoose({ detail }) {
    const { at } = this.data
    const question = this.questions[at]
    if (!question) return
    this.chosen[at] = choose(question.kind, this.chosen[at] ?? [], detail.option)
    this.setData({ question: presentAsked(question, this.chosen[at]), isChosen: this.chosen[at].length > 0 })
  },
  onNext() {
    if (this.data.at + 1 < this.data.total) this.show(this.data.at + 1)
    else void this.handIn()
  },
  onBefore() {
    this.show(this.data.at - 1)
  },

  async handIn() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const said = { studentId: this.studentId, surveyId: this.surveyId, answers: this.chosen }
      this.thank(await call(answerMySurvey, said))
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
  thank(answered) {
    const { right, of, rights, answers } = answered
    this.setData({
      stage: 'thanks',
      thanks: thanksInWords(right, of),
      answers: answers.map((it, at) => presentAnswer(it, this.chosen[at] ?? [], rights[at] ?? null)),
    })
    void wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  onDone() {
    goBack()
  },
})
