import type { Redis } from 'ioredis'
import type { PipelineStage, Types } from 'mongoose'
import type { LetterForm, OptionCount } from '#contract/letter-form'
import { cached } from '../../../../infra/redis.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { BELOW, DEPTH, idAtExpression, within } from '../../../org/tree/rules.ts'
import type { LetterRecord } from '../../model.ts'
import { SheetModel } from '../../sheets/model.ts'
import { AnswerModel } from '../model.ts'

interface Counted {
  _id: string
  answered: number
  conflicts: number
}

/** How many families have answered and how many differ, by child unit: read from the index of forms alone. */
async function countsBelow(letterId: Types.ObjectId, scope: UnitScope) {
  const rows = await SheetModel.aggregate<Counted>([
    { $match: { letterId, path: within(scope.path), answered: { $exists: true, $gte: 0 } } },
    {
      $group: {
        _id: idAtExpression(DEPTH[BELOW[scope.kind]]),
        answered: { $sum: '$answered' },
        conflicts: { $sum: '$conflicts' },
      },
    },
  ])
  return rows.map(({ _id, ...it }) => ({ unitId: _id, ...it }))
}

/** How often each option was chosen below a path, by those who speak for their families. */
export const optionCounts = (letterId: Types.ObjectId, form: LetterForm, path: string) =>
  countOptions(form, { letterId, path: within(path), speaks: true }, (it) =>
    AnswerModel.aggregate<Chosen>(it).exec(),
  )

export interface Chosen {
  _id: { code: string; option: string }
  count: number
}

/** How often each option was chosen in some answers, whoever gave them. */
export async function countOptions(
  form: LetterForm,
  match: PipelineStage.Match['$match'],
  ask: (stages: PipelineStage[]) => Promise<Chosen[]>,
): Promise<OptionCount[]> {
  const choices = form.fields.filter((it) => it.type === 'choice')
  if (choices.length === 0) return []
  const rows = await ask([
    { $match: match },
    { $project: { items: 1 } },
    { $unwind: '$items' },
    { $match: { 'items.code': { $in: choices.map((it) => it.code) } } },
    { $unwind: '$items.value' },
    { $group: { _id: { code: '$items.code', option: '$items.value' }, count: { $sum: 1 } } },
  ])
  const countOf = (code: string, option: string) =>
    rows.find((it) => it._id.code === code && it._id.option === option)?.count ?? 0
  return choices.map(({ code, label, isDecision = false, options = [] }) => ({
    ...{ code, label, isDecision },
    options: options.map((option) => ({ option, count: countOf(code, option) })),
  }))
}

/** The answers below a unit in numbers. A district's or city's may be a minute old: there every answer is looked at. */
export async function answerFigures(letter: LetterRecord, form: LetterForm, scope: UnitScope, redis: Redis) {
  const count = async () => ({
    rows: await countsBelow(letter._id, scope),
    counts: await optionCounts(letter._id, form, scope.path),
  })
  if (DEPTH[scope.kind] >= DEPTH.school) return count()
  return cached(redis, `letters:answers:${String(letter._id)}:${scope.unitId}`, 60, count)
}
