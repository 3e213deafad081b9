import { createSurvey, openSurvey } from '#contract/surveys'
import {
  type SheetRecord,
  SurveyModel,
  type SurveyRecord,
  SurveySheetModel,
} from '../../server/modules/surveys/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from './build.ts'
import type { World } from './world.ts'

let serial = 0

export const DRAFT_SURVEY = {
  title: '家长必备知识小调查',
  itemCount: 5,
  closesOn: '2026-12-10',
  confidence: '95',
  margin: 5,
} as const

/** A class with so many families that have joined, and the office of its school. */
export async function buildSurveyed(
  world: World,
  families = 8,
  branch?: Awaited<ReturnType<typeof buildBranch>>,
) {
  const places = branch ?? (await buildBranch())
  const made = await Promise.all(
    Array.from({ length: families }, async (_, at) => {
      const student = await buildStudent(places.klass, { name: `孩子${at}` })
      return { student, studentId: String(student._id), personId: await buildGuardian(world, student) }
    }),
  )
  const office = await buildStaff(places.school, 'school_admin', { name: '许静' })
  return { ...places, families: made, office }
}

/** An open survey of a unit, as its office sets it up. */
export async function openedSurvey(world: World, office: string, unit: UnitRecord, over: object = {}) {
  const call = await world.as(office, 'staff')
  const { id } = await call(createSurvey, {
    ...DRAFT_SURVEY,
    ...over,
    unitId: String(unit._id),
    requestId: `request-${++serial}`,
  })
  await call(openSurvey, { surveyId: id })
  return id
}

/** Answers of which so many are right, the first ones. */
export async function answersOf(surveyId: string, right: number) {
  const survey = await SurveyModel.findById(surveyId).lean<SurveyRecord>()
  return (survey?.items ?? []).map(({ correct, options }, at) => {
    if (at < right) return [...correct]
    const wrong = options.findIndex((_, option) => !correct.includes(option))
    return wrong >= 0 && correct.length === 1 ? [wrong] : [correct[0] ?? 0]
  })
}

export const sheetsOf = (surveyId: string) =>
  SurveySheetModel.find({ surveyId }).sort({ path: 1 }).lean<SheetRecord[]>()
