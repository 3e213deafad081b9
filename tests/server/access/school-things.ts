import { askLive, createLive, listLiveQuestions } from '#contract/live'
import { addActivity, addLecturer, saveCharter } from '#contract/parent-school'
import { createSurvey } from '#contract/surveys'
import type { UnitRecord } from '../../../server/modules/org/tree/model.ts'
import { DRAFT_SURVEY, openedSurvey } from '../../support/surveys.ts'
import type { World } from '../../support/world.ts'
import type { Ids } from './rows.ts'

export const LECTURER = {
  name: '林晓',
  kind: 'teacher',
  bio: '',
  teaches: '',
  way: '',
  photoId: null,
} as const
export const ACTIVITY = {
  title: '手机怎么管',
  theme: 'guidance',
  outline: '',
  onDay: '2026-11-23',
  from: '11:00',
  hours: 1,
  isOnline: false,
  place: '报告厅',
  lecturerIds: [] as string[],
} as const

/** What a parent school has around a family: surveys it was drawn for, a team, an activity. */
export async function buildSchoolThings(
  world: World,
  school: UnitRecord,
  { office, mother, studentId }: { office: string; mother: string; studentId: string },
): Promise<Ids> {
  const asOffice = await world.as(office, 'staff')
  const surveyId = await openedSurvey(world, office, school)
  const draft = await asOffice(createSurvey, {
    ...DRAFT_SURVEY,
    unitId: String(school._id),
    requestId: 'request-draft',
  })
  const unitId = String(school._id)
  const lecturer = await asOffice(addLecturer, { ...LECTURER, unitId, requestId: 'request-lecturer' })
  const activity = await asOffice(addActivity, {
    ...ACTIVITY,
    lecturerIds: [lecturer.id],
    unitId,
    requestId: 'request-activity',
  })
  await asOffice(saveCharter, { unitId, version: 0, text: '第一条', adoptedOn: '2026-09-01' })
  const { id: liveId } = await asOffice(createLive, {
    unitId,
    requestId: 'request-live',
    title: '手机放下来',
    summary: '',
    theme: 'guidance',
    startAt: '2026-11-30T11:00:00.000Z',
    minutes: 60,
    grades: [],
    lecturerIds: [],
  })
  const asMother = await world.as(mother, 'guardian')
  await asMother(askLive, { studentId, liveId, requestId: 'request-question', text: '怎么聊？' })
  const { questions } = await asOffice(listLiveQuestions, { liveId })
  return {
    liveId,
    questionId: questions[0]?.id ?? '',
    surveyId,
    draftSurveyId: draft.id,
    lecturerId: lecturer.id,
    activityId: activity.id,
    version: '1',
  }
}
