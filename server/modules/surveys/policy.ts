import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { unitScope, type UnitScope } from '../org/policy.ts'
import { DEPTH, isWithin } from '../org/tree/rules.ts'
import type { SurveyRecord } from './model.ts'
import { findSurvey } from './service.ts'

declare const proven: unique symbol

/** A survey that this member of staff may run. */
export type OwnSurvey = Readonly<{ survey: SurveyRecord; scope: UnitScope<'runSurveys'> }> & {
  readonly [proven]: 'OwnSurvey'
}

/** A survey seen from a unit: figures are of the part of it that both have in common. */
export type SurveyInScope = Readonly<{
  survey: SurveyRecord
  scope: UnitScope<'seeFigures'>
  /** Whether the survey's own unit is theirs to run. */
  isOwn: boolean
}> & { readonly [proven]: 'SurveyInScope' }

const noSurvey = () => new Refusal('not_found', '没有这次调查，或它不在您的管理范围内')

/** Where surveys are set up: a school, a district, the city. */
export async function surveyUnit(actor: StaffActor, unitId: string): Promise<UnitScope<'runSurveys'>> {
  const scope = await unitScope(actor, unitId, 'runSurveys')
  if (DEPTH[scope.kind] > DEPTH.school)
    throw new Refusal('invalid', '调查以学校、区县或市为单位，请先选一所学校')
  return scope
}

export async function ownSurvey(actor: StaffActor, surveyId: string): Promise<OwnSurvey> {
  const survey = await findSurvey(surveyId)
  if (!survey) throw noSurvey()
  const scope = await unitScope(actor, String(survey.unitId), 'runSurveys').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? noSurvey() : error
  })
  return { survey, scope } as OwnSurvey
}

/** A draft is there for those alone who may run it. */
export async function surveyWithin(
  actor: StaffActor,
  surveyId: string,
  unitId: string,
): Promise<SurveyInScope> {
  const scope = await unitScope(actor, unitId, 'seeFigures')
  const survey = await findSurvey(surveyId)
  if (!survey || !(isWithin(survey.path, scope.path) || isWithin(scope.path, survey.path))) throw noSurvey()
  const isOwn = await unitScope(actor, String(survey.unitId), 'runSurveys').then(
    () => true,
    () => false,
  )
  if (survey.status === 'draft' && !isOwn) throw noSurvey()
  return { survey, scope, isOwn } as SurveyInScope
}
