import { createHmac } from 'node:crypto'
import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { isRight } from '../../courses/exams/rules.ts'
import * as notify from '../../notify/service.ts'
import type { OwnChild } from '../../org/policy.ts'
import {
  type SheetRecord,
  SurveyModel,
  type SurveyRecord,
  SurveyResultModel,
  SurveySheetModel,
} from '../model.ts'
import { subjectOf } from '../opening/service.ts'
import { isAware } from '../rules.ts'

const MOST = 20

export interface ChildsSurvey {
  survey: SurveyRecord
  sheet: SheetRecord
  hasAnswered: boolean
}

/** What the family of a child is asked now, with what it has answered and is still open. */
export async function surveysOf(child: OwnChild): Promise<ChildsSurvey[]> {
  const sheets = await SurveySheetModel.find({ sample: new Types.ObjectId(child.studentId), isOpen: true })
    .limit(MOST)
    .lean<SheetRecord[]>()
  if (sheets.length === 0) return []
  const surveys = await SurveyModel.find({
    _id: { $in: sheets.map((it) => it.surveyId) },
    status: 'open',
  }).lean<SurveyRecord[]>()
  return surveys.flatMap((survey) => {
    const sheet = sheets.find((it) => it.surveyId.equals(survey._id))
    return sheet ? [{ survey, sheet, hasAnswered: answeredBy(sheet, child) }] : []
  })
}

const answeredBy = ({ answeredIds }: SheetRecord, { studentId }: OwnChild) =>
  answeredIds.some((it) => String(it) === studentId)

/** One survey that this child's family was drawn for; of any other family's there is none. */
export async function surveyFor(child: OwnChild, surveyId: string): Promise<ChildsSurvey> {
  const [survey, sheet] = await Promise.all([
    SurveyModel.findOne({ _id: surveyId, status: { $in: ['open', 'closed'] } }).lean<SurveyRecord>(),
    SurveySheetModel.findOne({
      _id: { $in: child.memberships.map((it) => `${surveyId}:${it.classId}`) },
      sample: new Types.ObjectId(child.studentId),
    }).lean<SheetRecord>(),
  ])
  if (!survey || !sheet) throw new Refusal('not_found', '没有这个小调查，或没有抽到您家')
  return { survey, sheet, hasAnswered: answeredBy(sheet, child) }
}

/** Whether the right answers may be told: before a course they would spoil the question that is asked again after it. */
export const mayTell = ({ survey, hasAnswered }: ChildsSurvey) =>
  survey.wave !== 'before' && (hasAnswered || survey.status === 'closed')

/**
 * Counts one family's answers, once: the sums of the sheet are raised and the family is noted as having answered, in one update.
 * Which options were chosen is told back in the reply and written nowhere.
 */
export async function answer(
  { survey, sheet }: ChildsSurvey,
  child: OwnChild,
  answers: readonly (readonly number[])[],
  { env }: Pick<Deps, 'env'>,
) {
  checkAnswers(survey, answers)
  const rights = survey.items.map((it, at) => isRight(answers[at] ?? [], it.correct))
  const right = rights.filter(Boolean).length
  const aware = isAware(right, rights.length)
  const studentId = new Types.ObjectId(child.studentId)
  const counted = await SurveySheetModel.findOneAndUpdate(
    { _id: sheet._id, isOpen: true, sample: studentId, answeredIds: { $ne: studentId } },
    {
      $push: { answeredIds: studentId },
      $inc: {
        answered: 1,
        aware: aware ? 1 : 0,
        ...Object.fromEntries(rights.map((it, at) => [`rights.${at}`, it ? 1 : 0])),
      },
    },
  )
  if (!counted) await refuse(sheet._id, studentId)
  if (survey.wave !== 'single') await keepResult(survey, sheet, child, aware, env)
  await notify.withdraw({ kind: 'survey', subject: subjectOf(survey._id, child.studentId) })
  return { rights, right }
}

function checkAnswers(survey: SurveyRecord, answers: readonly (readonly number[])[]) {
  const fits = survey.items.every((item, at) => {
    const chosen = answers[at] ?? []
    return chosen.length > 0 && chosen.every((one) => one < item.options.length)
  })
  if (!fits || answers.length !== survey.items.length) throw new Refusal('invalid', '请把每一题都答完再交')
}

async function refuse(sheetId: string, studentId: Types.ObjectId): Promise<never> {
  const has = await SurveySheetModel.exists({ _id: sheetId, answeredIds: studentId })
  throw new Refusal('conflict', has ? '您家已经答过了，谢谢' : '这次调查已经结束了，谢谢您')
}

async function keepResult(
  survey: SurveyRecord,
  sheet: SheetRecord,
  child: OwnChild,
  aware: boolean,
  env: Deps['env'],
) {
  const pairId = survey.beforeId ?? survey._id
  const wave = survey.wave === 'after' ? ('after' as const) : ('before' as const)
  const pseudonym = pseudonymOf(pairId, child.personId, env)
  await SurveyResultModel.updateOne(
    { _id: `${String(pairId)}:${wave}:${pseudonym}` },
    { $setOnInsert: { pairId, wave, pseudonym, path: sheet.path, isAware: aware } },
    { upsert: true },
  )
}

/** One name for a person in one pair of surveys: without the key nobody finds the person, and two pairs do not meet. */
export const pseudonymOf = (
  pairId: unknown,
  personId: string,
  { INDEX_KEY }: Pick<Deps['env'], 'INDEX_KEY'>,
) =>
  createHmac('sha256', INDEX_KEY)
    .update(`survey\n${String(pairId)}\n${personId}`)
    .digest('base64url')
    .slice(0, 22)
