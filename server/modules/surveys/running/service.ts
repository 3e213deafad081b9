import type { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { SurveyModel, type SurveyRecord, SurveySheetModel } from '../model.ts'
import { draw, invite } from '../opening/service.ts'
import type { OwnSurvey } from '../policy.ts'

const BATCH = 50
const SHEETS = 200

/** Ends a survey before its day; what was answered stays. */
export async function close({ survey }: OwnSurvey, now: Date) {
  const { matchedCount } = await SurveyModel.updateOne(
    { _id: survey._id, status: 'open' },
    { status: 'closed', closedAt: now },
  )
  if (matchedCount === 0) {
    throw new Refusal('conflict', survey.status === 'closed' ? '这次调查已经结束了' : '这次调查还没有开始')
  }
  await closeSheets(survey._id)
}

/** A family looks for open sheets alone; these it does not find any more. Harmless twice. */
const closeSheets = (surveyId: Types.ObjectId) =>
  SurveySheetModel.updateMany({ surveyId, isOpen: true }, { isOpen: false })

/** Goes on with what was begun, and ends what is over: the status is the queue. */
export async function workThrough(now: Date) {
  for (const survey of await SurveyModel.find({ status: 'opening' }).limit(BATCH).lean<SurveyRecord[]>()) {
    await draw(survey, now)
  }
  const over = { status: 'open' as const, closesOn: { $lt: shanghaiDay(now) } }
  for (const survey of await SurveyModel.find(over).limit(BATCH).lean<SurveyRecord[]>()) {
    // The sheets first: a crash in between leaves the survey to the next tick, not sheets that stay open.
    await closeSheets(survey._id)
    await SurveyModel.updateOne({ _id: survey._id, status: 'open' }, { status: 'closed', closedAt: now })
  }
}

/** Asks those who have not answered once more, at most once a day. Answers how many families; nobody learns which. */
export async function remind({ survey }: OwnSurvey, now: Date): Promise<number> {
  const today = shanghaiDay(now)
  const { matchedCount } = await SurveyModel.updateOne(
    { _id: survey._id, status: 'open', remindedOn: { $lt: today } },
    { remindedOn: today },
  )
  if (matchedCount === 0) {
    throw new Refusal(
      'conflict',
      survey.status === 'open' ? '今天已经提醒过了，明天再来' : '这次调查不在进行中',
    )
  }
  let families = 0
  let after = ''
  for (;;) {
    const sheets = await SurveySheetModel.find({ surveyId: survey._id, path: { $gt: after } })
      .sort({ path: 1 })
      .limit(SHEETS)
      .lean()
    for (const sheet of sheets) {
      const answered = new Set(sheet.answeredIds.map(String))
      const silent = sheet.sample.filter((it) => !answered.has(String(it)))
      families += silent.length
      await invite(survey, silent, today, now)
    }
    if (sheets.length < SHEETS) return families
    after = sheets.at(-1)?.path ?? ''
  }
}
