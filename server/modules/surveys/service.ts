import { randomBytes } from 'node:crypto'
import { Types } from 'mongoose'
import { readSurveyItems, type SurveyItem, THEMES } from '../../../content/schema.ts'
import { Refusal } from '../../http/errors.ts'
import { shanghaiDay } from '../../infra/clock.ts'
import type { UnitScope } from '../org/policy.ts'
import { idsOf, within } from '../org/tree/rules.ts'
import { SurveyModel, type SurveyRecord, SurveySheetModel } from './model.ts'
import type { OwnSurvey } from './policy.ts'
import type { Confidence } from './sampling/rules.ts'
import { drawItems } from './sampling/rules.ts'

const PAGE = 20
const MOST_DAYS = 92
const DAY_MS = 86_400_000

let bank: ReturnType<typeof readSurveyItems> | undefined
/** The bank of `content/surveys/`, read once. */
const theBank = () => (bank ??= readSurveyItems())

export const findSurvey = (surveyId: string) => SurveyModel.findById(surveyId).lean<SurveyRecord>()

/** A page of the surveys that concern a unit: its own, those below it, and those from above that reach it; the newest first. */
export async function surveysOf(scope: UnitScope<'seeFigures'>, after: string | undefined) {
  const ids = idsOf(scope.path)
  const above = ids.slice(0, -1).map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`)
  const page = after && { _id: { $lt: new Types.ObjectId(after) } }
  const drafts = scope.may('runSurveys') ? {} : { status: { $ne: 'draft' as const } }
  const found = await SurveyModel.find({
    ...page,
    $or: [
      { path: within(scope.path), ...drafts },
      { path: { $in: above }, status: { $ne: 'draft' } },
    ],
  })
    .sort({ _id: -1 })
    .limit(PAGE + 1)
    .lean<SurveyRecord[]>()
  const surveys = found.slice(0, PAGE)
  return { surveys, next: found.length > PAGE ? String(surveys.at(-1)?._id) : null }
}

/** How many families each of some surveys has drawn and heard from, in a unit. */
export async function countsOf(surveyIds: Types.ObjectId[], path: string) {
  const rows = await SurveySheetModel.aggregate<{ _id: Types.ObjectId; sampled: number; answered: number }>([
    { $match: { surveyId: { $in: surveyIds }, path: within(path) } },
    { $group: { _id: '$surveyId', sampled: { $sum: '$sampled' }, answered: { $sum: '$answered' } } },
  ])
  return new Map(rows.map((it) => [String(it._id), it]))
}

export interface NewSurvey {
  requestId: string
  title: string
  itemCount: number
  closesOn: string
  grades: number[]
  confidence: Confidence
  margin: number
  wave: 'single' | 'before'
}

/** Makes a draft; asked twice with one request id, it is made once. */
export async function create(scope: UnitScope<'runSurveys'>, wanted: NewSurvey, now: Date) {
  checkDay(wanted.closesOn, now)
  const { itemCount, ...said } = wanted
  const seed = newSeed()
  const unitId = new Types.ObjectId(scope.unitId)
  const made = await SurveyModel.findOneAndUpdate(
    { unitId, requestId: wanted.requestId },
    {
      $setOnInsert: {
        ...said,
        path: scope.path,
        items: drawn(seed, itemCount),
        bankVersion: theBank().version,
        seed,
        createdBy: new Types.ObjectId(scope.personId),
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<SurveyRecord>()
  return made
}

export function checkDay(closesOn: string, now: Date) {
  if (closesOn < shanghaiDay(now)) throw new Refusal('invalid', '截止日期要从今天起选')
  if (closesOn > shanghaiDay(new Date(now.getTime() + MOST_DAYS * DAY_MS))) {
    throw new Refusal('invalid', `截止日期最晚在${MOST_DAYS}天以内`)
  }
}

/** A number that people can read aloud and copy; sixty-four bits of chance. */
export const newSeed = () => randomBytes(8).readBigUInt64BE().toString()

/** Draws other items for a draft: a new seed, written down like the first. */
export async function redraw({ survey }: OwnSurvey) {
  const seed = newSeed()
  const change = { seed, items: drawn(seed, survey.items.length), bankVersion: theBank().version }
  const { matchedCount } = await SurveyModel.updateOne(
    { _id: survey._id, status: 'draft', wave: { $ne: 'after' } },
    change,
  )
  if (matchedCount === 0) throw new Refusal('conflict', '调查已经开始，或题目要与课前一致，不能再换题')
}

export async function remove({ survey }: OwnSurvey) {
  const { deletedCount } = await SurveyModel.deleteOne({ _id: survey._id, status: 'draft' })
  if (deletedCount === 0) throw new Refusal('conflict', '调查已经开始，不能删除；不需要时可以提前结束')
}

/** The same items for the same families after the course, as a draft; there is one of it. */
export async function repeat({ survey, scope }: OwnSurvey, closesOn: string, now: Date) {
  checkDay(closesOn, now)
  if (survey.wave !== 'before') throw new Refusal('conflict', '只有“课前”的调查能在课后再问一次')
  if (survey.status !== 'closed') throw new Refusal('conflict', '课前的调查还没有结束，结束以后再建课后的')
  const { items, bankVersion, seed, confidence, margin, grades, unitId, path } = survey
  return SurveyModel.findOneAndUpdate(
    { beforeId: survey._id },
    {
      $setOnInsert: {
        unitId,
        path,
        requestId: `after-${String(survey._id)}`,
        title: afterTitle(survey.title),
        wave: 'after',
        items,
        bankVersion,
        seed,
        confidence,
        margin,
        grades,
        closesOn,
        createdBy: new Types.ObjectId(scope.personId),
      },
    },
    { upsert: true, returnDocument: 'after' },
  ).lean<SurveyRecord>()
}

const afterTitle = (title: string) => `${title.replace(/（课前）$/, '').slice(0, 26)}（课后）`

const drawn = (seed: string, count: number) => drawItems(seed, theBank().items, count).map(frozen)

const frozen = ({ theme, source, ...it }: SurveyItem) => ({
  ...it,
  theme: THEMES[theme],
  source: `${source.title}${source.article ?? ''}${source.by ? `（${source.by}）` : ''}`,
})
