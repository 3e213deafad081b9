import type { Types } from 'mongoose'
import { BELOW, DEPTH, idAtExpression, isWithin, within } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import { type ResultRecord, type SurveyRecord, SurveyResultModel, SurveySheetModel } from '../model.ts'
import type { SurveyInScope } from '../policy.ts'
import { presentFigures } from '../present.ts'
import { type Counted, FEWEST_SHOWN, hiddenRows, pairUp } from '../rules.ts'

const NOTHING: Counted = { sampled: 0, answered: 0, aware: 0 }
/** Pairs looked through at once; a pair of surveys is for a school or a course, not for a city. */
const MOST_RESULTS = 40_000

/** Of a survey and a unit the smaller one: that is what both have in common. */
const commonPath = ({ survey, scope }: SurveyInScope) =>
  isWithin(survey.path, scope.path) ? survey.path : scope.path

/** What is known of a unit and of each unit below it. */
export async function figuresOf(inScope: SurveyInScope) {
  const { survey, scope } = inScope
  const path = commonPath(inScope)
  const [sums, units] = await Promise.all([
    sumsBy(survey._id, path, DEPTH[BELOW[scope.kind]]),
    scope.kind === 'class' ? [] : tree.childrenOf(scope.unitId),
  ])
  const total = [...sums.values()].reduce(add, NOTHING)
  const here = { unitId: scope.unitId, kind: scope.kind, name: scope.fullName }
  const touched = units.filter((it) => sums.has(String(it._id)))
  const counts = touched.map((it) => sums.get(String(it._id)) ?? NOTHING)
  const hidden = hiddenRows(counts)
  const isTotalHidden = hiddenRows([total])[0] ?? false
  return {
    total: presentFigures(here, total, isTotalHidden, survey),
    rows: touched.map((it, at) =>
      presentFigures(
        { unitId: String(it._id), kind: it.kind, name: it.name },
        counts[at] ?? NOTHING,
        hidden[at] ?? true,
        survey,
      ),
    ),
    itemRights: total.answered < FEWEST_SHOWN ? null : await rightsOf(survey, path),
    pair: await pairOf(survey, path),
  }
}

const add = (a: Counted, b: Counted): Counted => ({
  sampled: a.sampled + b.sampled,
  answered: a.answered + b.answered,
  aware: a.aware + b.aware,
})

async function sumsBy(surveyId: Types.ObjectId, path: string, depth: number) {
  const rows = await SurveySheetModel.aggregate<Counted & { _id: string }>([
    { $match: { surveyId, path: within(path) } },
    {
      $group: {
        _id: idAtExpression(depth),
        sampled: { $sum: '$sampled' },
        answered: { $sum: '$answered' },
        aware: { $sum: '$aware' },
      },
    },
  ])
  return new Map(rows.map((it) => [it._id, it]))
}

async function rightsOf(survey: SurveyRecord, path: string): Promise<number[]> {
  const keys = survey.items.map((_, at) => `item${at}`)
  const [row] = await SurveySheetModel.aggregate<Record<string, number>>([
    { $match: { surveyId: survey._id, path: within(path) } },
    {
      $group: {
        _id: null,
        ...Object.fromEntries(keys.map((key, at) => [key, { $sum: { $arrayElemAt: ['$rights', at] } }])),
      },
    },
  ])
  return keys.map((key) => row?.[key] ?? 0)
}

/** The same people before and after, of an `after` survey; null while fewer than five have answered both. */
async function pairOf(survey: SurveyRecord, path: string) {
  if (!survey.beforeId) return null
  const results = await SurveyResultModel.find({ pairId: survey.beforeId, path: within(path) })
    .limit(MOST_RESULTS)
    .lean<ResultRecord[]>()
  const before = new Map(results.filter((it) => it.wave === 'before').map((it) => [it.pseudonym, it]))
  const pairs = results
    .filter((it) => it.wave === 'after')
    .flatMap((it) => {
      const first = before.get(it.pseudonym)
      return first ? [{ before: first.isAware, after: it.isAware }] : []
    })
  return pairs.length < FEWEST_SHOWN ? null : { beforeId: String(survey.beforeId), ...pairUp(pairs) }
}
