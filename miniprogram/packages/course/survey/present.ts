import type { Reply, SurveyItem, SurveyQuestion, openMySurvey } from '../../../contract'
import { date } from '../../../services/format'
import { presentQuestion, type ShownQuestion } from '../question-card/present'

export interface ShownAnswer {
  question: ShownQuestion
  /** 依据：《……》第十七条 */
  source: string
}

/** What a family reads before it begins. */
export const presentIntro = (it: Reply<typeof openMySurvey>, now = new Date()) => ({
  title: it.title,
  from: it.unitName,
  facts: [
    { icon: 'time', text: `${it.itemCount}道题，大约两分钟` },
    { icon: 'user-safety', text: '不记名：老师和学校只看到有多少家庭知道，看不到谁选了什么' },
    { icon: 'home', text: '一个家庭答一次，谁答都行' },
    { icon: 'calendar-event', text: `${date(it.closesOn, now)}前有效` },
  ],
})

export const presentAsked = (it: SurveyQuestion, chosen: readonly number[]) => presentQuestion(it, chosen)

/** The right answer with why, and what was chosen where that is still known: the server does not keep it. */
export function presentAnswer(
  it: SurveyItem,
  chosen: readonly number[],
  isRight: boolean | null,
): ShownAnswer {
  const shown = presentQuestion(it, chosen)
  return {
    question: {
      ...shown,
      options: shown.options.map((option, at) => ({
        ...option,
        mark: it.correct.includes(at) ? 'right' : chosen.includes(at) ? 'wrong' : '',
      })),
      verdict: isRight === null ? '记住这一条' : isRight ? '您知道' : '这一条很多家长也没留意',
      isRight: isRight ?? true,
      explanation: it.explanation,
    },
    source: `依据：${it.source}`,
  }
}

export function thanksInWords(right: number | null, of: number) {
  if (right === null) return '同样的题目，课后还会再请您答一次，正确答案到时一起告诉您。'
  if (right === of) return `${of}道题您都知道，了不起。`
  return `${of}道题里您知道${right}道，剩下的看一眼就记住了。`
}
