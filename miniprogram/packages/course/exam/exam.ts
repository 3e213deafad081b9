import {
  readMyExam,
  readMyProgramme,
  startExam,
  submitExam,
  type ExamPaper,
  type ExamResult,
} from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { go, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild } from '../../../services/store'
import { choose, presentQuestion, type ShownQuestion } from '../question-card/present'
import { forgetAnswers, keepAnswers, readAnswers } from './kept'
import { countdown, presentIntro, presentResult, type ShownIntro, type ShownResult } from './present'

/** From here on the clock is shown in another colour. */
const SOON_MS = 5 * 60_000
const RETRY_MS = 3_000

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  stage: 'intro' | 'paper' | 'result'
  intro: ShownIntro | null
  result: ShownResult | null
  question: ShownQuestion | null
  at: number
  total: number
  done: boolean[]
  left: string
  isSoon: boolean
  isSheetOpen: boolean
  isAsking: boolean
  missing: number
  busy: boolean
  isReviewOpen: boolean
}
interface Custom {
  code: string
  paper: ExamPaper | null
  answers: number[][]
  /** What the phone's clock is behind the server's. */
  skew: number
  timer: number
  load: () => Promise<void>
  open: (paper: ExamPaper) => void
  show: (at: number) => void
  watchClock: () => void
  look: () => void
  close: (result: ExamResult) => void
  onStart: () => Promise<void>
  onChoose: (event: WechatMiniprogram.CustomEvent<{ option: number }>) => void
  onBefore: () => void
  onAfter: () => void
  onSheet: () => void
  onCloseSheet: (event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) => void
  onJump: (event: WechatMiniprogram.BaseEvent) => void
  onAsk: () => void
  onKeepOn: () => void
  onHandIn: () => Promise<void>
  handIn: () => Promise<void>
  onCertificate: () => void
  onEvidence: () => void
  onRevise: (event: WechatMiniprogram.BaseEvent) => void
  onReview: () => void
  onAgain: () => void
}

/** The exam: its rules, the paper one question at a time, the result. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    stage: 'intro',
    intro: null,
    result: null,
    question: null,
    at: 0,
    total: 0,
    done: [],
    left: '',
    isSoon: false,
    isSheetOpen: false,
    isAsking: false,
    missing: 0,
    busy: false,
    isReviewOpen: false,
  },
  code: '',
  paper: null,
  answers: [],
  skew: 0,
  timer: 0,

  onLoad(query) {
    this.code = query.code ?? ''
    void this.load()
  },
  onUnload() {
    clearInterval(this.timer)
  },
  onShow() {
    // The phone slept: the clock went on.
    if (this.paper) this.look()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      await knowWho()
      const studentId = currentChild()?.studentId
      const programme = await call(readMyProgramme, { code: this.code, ...(studentId && { studentId }) })
      const { state, attemptId } = programme.exam
      if (state === 'passed' && attemptId) {
        const { result } = await call(readMyExam, { attemptId })
        if (result) return this.close(result)
      }
      this.setData({ state: 'ready', stage: 'intro', intro: presentIntro(programme) })
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  async onStart() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const studentId = currentChild()?.studentId
      this.open(await call(startExam, { code: this.code, ...(studentId && { studentId }) }))
    } catch (error) {
      tell(error)
      if (error instanceof Problem && error.status === 409) void this.load()
    } finally {
      this.setData({ busy: false })
    }
  },

  open(paper) {
    this.paper = paper
    this.skew = new Date(paper.now).getTime() - Date.now()
    this.answers = readAnswers(paper.attemptId, paper.questions.length)
    this.setData({ stage: 'paper', total: paper.questions.length })
    const first = this.answers.findIndex((it) => it.length === 0)
    this.show(Math.max(first, 0))
    this.watchClock()
  },

  show(at) {
    const asked = this.paper?.questions[at]
    if (!asked) return
    this.setData({
      at,
      question: presentQuestion(asked, this.answers[at] ?? []),
      done: this.answers.map((it) => it.length > 0),
      isSheetOpen: false,
    })
  },

  watchClock() {
    clearInterval(this.timer)
    this.timer = setInterval(() => this.look(), 1_000)
    this.look()
  },
  look() {
    if (!this.paper || this.data.stage !== 'paper') return
    const left = new Date(this.paper.endsAt).getTime() - (Date.now() + this.skew)
    this.setData({ left: countdown(left), isSoon: left < SOON_MS })
    if (left <= 0) {
      clearInterval(this.timer)
      void this.handIn()
    }
  },

  onChoose({ detail: { option } }) {
    const { at } = this.data
    const asked = this.paper?.questions[at]
    if (!this.paper || !asked) return
    const chosen = choose(asked.kind, this.answers[at] ?? [], option)
    this.answers[at] = chosen
    keepAnswers(this.paper.attemptId, this.answers)
    this.setData({ question: presentQuestion(asked, chosen), [`done[${at}]`]: chosen.length > 0 })
  },
  onBefore() {
    this.show(this.data.at - 1)
  },
  onAfter() {
    if (this.data.at + 1 < this.data.total) this.show(this.data.at + 1)
    else this.onAsk()
  },
  onSheet() {
    this.setData({ isSheetOpen: true })
  },
  onCloseSheet({ detail }) {
    if (!detail.visible) this.setData({ isSheetOpen: false })
  },
  onJump(event) {
    this.show((event.currentTarget.dataset as { at: number }).at)
  },

  onAsk() {
    const missing = this.answers.filter((it) => it.length === 0).length
    this.setData({ isAsking: true, isSheetOpen: false, missing })
  },
  onKeepOn() {
    this.setData({ isAsking: false })
  },
  async onHandIn() {
    await this.handIn()
  },
  async handIn() {
    const { paper } = this
    if (!paper || this.data.busy) return
    this.setData({ busy: true })
    try {
      const result = await call(submitExam, { attemptId: paper.attemptId, answers: this.answers })
      forgetAnswers(paper.attemptId)
      this.close(result)
    } catch (error) {
      tell(error)
      // The time is over and the network away: the answers are kept, and are handed in as soon as it is back.
      const isOver = new Date(paper.endsAt).getTime() <= Date.now() + this.skew
      const isPassing = error instanceof Problem && (error.status === 0 || error.status >= 500)
      if (isOver && isPassing) setTimeout(() => void this.handIn(), RETRY_MS)
    } finally {
      this.setData({ busy: false })
    }
  },

  close(result) {
    clearInterval(this.timer)
    this.paper = null
    this.setData({ state: 'ready', stage: 'result', isAsking: false, result: presentResult(result) })
  },
  onCertificate() {
    replaceWith(`${pages.certificate}?id=${this.data.result?.certificateId ?? ''}`)
  },
  onEvidence() {
    go(`${pages.evidence}?code=${this.code}`)
  },
  onRevise(event) {
    go(`${pages.lesson}?id=${(event.currentTarget.dataset as { id: string }).id}`)
  },
  onReview() {
    this.setData({ isReviewOpen: true })
  },
  onAgain() {
    void this.load()
  },
})
