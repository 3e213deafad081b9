import type { ExamResult, MyProgramme } from '../../../contract'
import { nearMoment } from '../../../services/format'
import { presentReviewed, type ShownQuestion } from '../question-card/present'

export interface ShownIntro {
  title: string
  rules: { icon: string; text: string }[]
  note: string
  canStart: boolean
  action: string
}

export function presentIntro(programme: MyProgramme, now = new Date()): ShownIntro {
  const { title, exam, lessonsTotal, lessonsDone } = programme
  const { rules, state, nextAt, attemptsLeftToday } = exam
  const rest = nextAt ? `${nearMoment(nextAt, now)}以后可以再考` : '请稍后再考'
  const notes: Record<typeof state, string> = {
    locked: `还有${lessonsTotal - lessonsDone}课没有学完。学完全部课程并答对随堂题，就可以考试。`,
    open: `今天还可以考${attemptsLeftToday}次。准备一段不被打扰的时间再开始。`,
    running: '您有一份没有交的试卷，时间还在走。',
    resting: `先回看一下课程，${rest}。`,
    passed: '您已经通过考试。',
  }
  return {
    title,
    rules: [
      { icon: 'file', text: `共${rules.draw}道题，题目来自学过的每一课` },
      { icon: 'time', text: `${rules.minutesLimit}分钟内交卷，到时间自动交卷` },
      { icon: 'check-circle', text: `${rules.passPercent}分及格，${prizeOf(programme)}` },
      {
        icon: 'refresh',
        text: `没通过，休息${rules.pauseMinutes}分钟再考，每天最多${rules.attemptsPerDay}次`,
      },
    ],
    note: notes[state],
    canStart: state === 'open' || state === 'running',
    action: state === 'running' ? '继续考试' : '开始考试',
  }
}

/** What passing brings, and what else is asked before it comes. */
function prizeOf({ givesCertificate, evidence, isIssuedBySchool, renewal }: MyProgramme) {
  if (givesCertificate === false) return '通过就结业了'
  if (renewal?.state === 'begun') return '通过后马上发放新的绿证'
  const lacks = evidence && !evidence.isGiven ? evidence.what : ''
  if (isIssuedBySchool) return lacks ? `通过后还要${lacks}，再由学校统一发绿证` : '通过后由学校统一发绿证'
  return lacks ? `通过后还要${lacks}，才发绿证` : '通过后马上发放绿证'
}

export interface ShownResult {
  isPassed: boolean
  head: string
  score: string
  notes: string[]
  revise: { lessonId: string; title: string }[]
  review: ShownQuestion[]
  certificateId: string
  /** What is still to come before the certificate. */
  awaits: '' | 'evidence' | 'school'
}

export function presentResult(it: ExamResult, now = new Date()): ShownResult {
  const isPassed = it.outcome === 'passed'
  const again = it.nextAt ? `${nearMoment(it.nextAt, now)}以后可以再考` : '现在就可以再考'
  const heads = {
    passed: '恭喜您，考试通过了',
    failed: '这次还没有通过',
    expired: '时间到了，这次没有交上',
  } as const
  return {
    isPassed,
    head: heads[it.outcome],
    score: it.outcome === 'expired' ? '' : String(it.score),
    notes: isPassed
      ? [`答对${it.right}题，共${it.total}题`, nextStep(it)]
      : [...(it.outcome === 'failed' ? [`答对${it.right}题，${it.passPercent}分及格`] : []), again],
    revise: it.revise,
    review: it.review.map(presentReviewed),
    certificateId: it.certificateId ?? '',
    awaits: it.awaits ?? '',
  }
}

function nextStep({ awaits, certificateId }: ExamResult) {
  if (awaits === 'evidence') return '还差一步：参加活动并签到，或交一份证明'
  if (awaits === 'school') return '学校统一发证，发好了会通知您'
  return certificateId ? '家庭教育绿证已经发放' : '绿证正在生成'
}

/** 29:05; never below zero. */
export function countdown(ms: number) {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
