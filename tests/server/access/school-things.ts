import { createSurvey } from '#contract/surveys'
import type { UnitRecord } from '../../../server/modules/org/tree/model.ts'
import { DRAFT_SURVEY, openedSurvey } from '../../support/surveys.ts'
import type { World } from '../../support/world.ts'
import type { Ids } from './rows.ts'

/** What a parent school has around a family: surveys it was drawn for. */
export async function buildSchoolThings(world: World, school: UnitRecord, office: string): Promise<Ids> {
  const asOffice = await world.as(office, 'staff')
  const surveyId = await openedSurvey(world, office, school)
  const draft = await asOffice(createSurvey, {
    ...DRAFT_SURVEY,
    unitId: String(school._id),
    requestId: 'request-draft',
  })
  return { surveyId, draftSurveyId: draft.id }
}
