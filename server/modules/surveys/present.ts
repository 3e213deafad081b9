import type { AwarenessFigures, MySurvey, SurveyItem, SurveyLine, SurveyQuestion } from '#contract/surveys'
import { shanghaiDay } from '../../infra/clock.ts'
import type { SurveyRecord } from './model.ts'
import { type Counted, targetOn, verdictOf, wilson } from './rules.ts'
import { type Confidence, zOf } from './sampling/rules.ts'

type Item = SurveyRecord['items'][number]

export const presentQuestion = ({ code, kind, stem, options }: Item): SurveyQuestion => ({
  code,
  kind,
  stem,
  options,
})

export const presentItem = (item: Item): SurveyItem => ({
  ...presentQuestion(item),
  theme: item.theme,
  correct: item.correct,
  explanation: item.explanation,
  source: item.source,
})

export const targetOf = (survey: SurveyRecord) => targetOn(shanghaiDay(survey.openedAt ?? survey.createdAt))

export const presentHead = (survey: SurveyRecord, unitName: string) => ({
  id: String(survey._id),
  title: survey.title,
  status: survey.status,
  wave: survey.wave,
  unitName,
  itemCount: survey.items.length,
  closesOn: survey.closesOn,
  openedAt: survey.openedAt?.toISOString() ?? null,
  closedAt: survey.closedAt?.toISOString() ?? null,
  target: targetOf(survey),
})

export const presentLine = (
  survey: SurveyRecord,
  names: Map<string, string>,
  counts: { sampled: number; answered: number } | undefined,
): SurveyLine => ({
  ...presentHead(survey, names.get(String(survey.unitId)) ?? ''),
  sampled: counts?.sampled ?? 0,
  answered: counts?.answered ?? 0,
})

/** The figures of a unit; those that are hidden say how many were drawn and nothing more. */
export function presentFigures(
  unit: Pick<AwarenessFigures, 'unitId' | 'kind' | 'name'>,
  counted: Counted,
  isHidden: boolean,
  survey: SurveyRecord,
): AwarenessFigures {
  const { sampled, answered, aware } = counted
  const z = zOf(survey.confidence as Confidence)
  if (isHidden) return { ...unit, sampled, answered: null, aware: null, interval: null, verdict: null }
  if (answered === 0) return { ...unit, sampled, answered, aware, interval: null, verdict: null }
  return {
    ...unit,
    sampled,
    answered,
    aware,
    interval: wilson(aware, answered, z),
    verdict: verdictOf(aware, answered, targetOf(survey), z),
  }
}

export const presentMine = (
  { survey, hasAnswered }: { survey: SurveyRecord; hasAnswered: boolean },
  names: Map<string, string>,
): MySurvey => ({
  id: String(survey._id),
  title: survey.title,
  unitName: names.get(String(survey.unitId)) ?? '',
  closesOn: survey.closesOn,
  itemCount: survey.items.length,
  state: hasAnswered ? 'answered' : survey.status === 'open' ? 'asked' : 'closed',
})
