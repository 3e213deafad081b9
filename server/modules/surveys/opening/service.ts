import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { dayInWords, shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'
import * as notify from '../../notify/service.ts'
import { joinedByClass, joinedGuardiansOf, rollsOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import type { UnitRecord } from '../../org/tree/model.ts'
import { isWithin } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import { SurveyModel, type SurveyRecord, SurveySheetModel } from '../model.ts'
import type { OwnSurvey } from '../policy.ts'
import { type Confidence, drawIn, sampleSize, shares } from '../sampling/rules.ts'

const DAY_MS = 86_400_000
/** Schools drawn in one turn of the clock; a city goes on at the next. */
const BATCH = 40
const PAGE = '/packages/course/survey/survey'

export interface Plan {
  grades: readonly number[]
  confidence: Confidence
  /** Percent points. */
  margin: number
}

const isAsked = (klass: UnitRecord, { grades }: Pick<Plan, 'grades'>) =>
  grades.length === 0 || grades.includes(klass.grade ?? Number.NaN)

/** How many families a survey of this shape would ask in a unit. Every school is drawn so that its own rate holds. */
export async function planOf(path: string, plan: Plan) {
  const [schools, classes, counts] = await Promise.all([
    tree.unitsWithin(path, 'school'),
    tree.unitsWithin(path, 'class'),
    joinedByClass(path),
  ])
  const asked = classes.filter((it) => isAsked(it, plan))
  const perSchool = schools.map((school) => {
    const own = asked.filter((it) => isWithin(it.path, school.path))
    const sizes = own.map((it) => counts.get(String(it._id))?.joined ?? 0)
    const joined = sizes.reduce((sum, it) => sum + it, 0)
    return { joined, sampled: sum(shares(sampleSize(joined, plan.confidence, plan.margin / 100), sizes)) }
  })
  return {
    families: sum(asked.map((it) => counts.get(String(it._id))?.families ?? 0)),
    joined: sum(perSchool.map((it) => it.joined)),
    sampled: sum(perSchool.map((it) => it.sampled)),
    schools: perSchool.filter((it) => it.sampled > 0).length,
    classes: asked.length,
    grades: [...new Set(classes.flatMap((it) => it.grade ?? []))].sort((a, b) => a - b),
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, it) => all + it, 0)

/** Draft → opening, once. What follows is drawn school by school and goes on where it stopped. */
export async function open({ survey }: OwnSurvey, now: Date) {
  if (survey.closesOn < shanghaiDay(now)) throw new Refusal('invalid', '截止日期已经过了，请重新建一次调查')
  const opened = await SurveyModel.findOneAndUpdate(
    { _id: survey._id, status: 'draft' },
    { status: 'opening', openedAt: now },
    { returnDocument: 'after' },
  ).lean<SurveyRecord>()
  if (!opened) throw new Refusal('conflict', '这次调查已经开始了')
  await draw(opened, now)
}

/** Draws the families of the next schools; when none is left the survey is open. Harmless twice, resumes after a crash. */
export async function draw(survey: SurveyRecord, now: Date) {
  const schools = await tree.unitsWithin(survey.path, 'school')
  const next = schools.filter((it) => it.path > survey.cursor).slice(0, BATCH)
  for (const school of next) {
    await drawSchool(survey, school, now)
    await SurveyModel.updateOne({ _id: survey._id, status: 'opening' }, { cursor: school.path })
  }
  const isLast = next.length < BATCH || next.at(-1)?.path === schools.at(-1)?.path
  if (isLast) await SurveyModel.updateOne({ _id: survey._id, status: 'opening' }, { status: 'open' })
}

async function drawSchool(survey: SurveyRecord, school: UnitRecord, now: Date) {
  const classes = (await tree.unitsWithin(school.path, 'class')).filter((it) => isAsked(it, survey))
  if (classes.length === 0) return
  const rolls = await rollsOf(classes.map((it) => it._id))
  const families = classes.map((it) => joinedIn(rolls.get(String(it._id))))
  const samples = survey.beforeId
    ? await sampleOfBefore(survey.beforeId, classes, families)
    : drawAll(survey, classes, families)
  const sheets = classes.map((klass, at) => {
    const sample = samples[at] ?? []
    return { klass, joined: families[at]?.length ?? 0, sample: sample.map((it) => new Types.ObjectId(it)) }
  })
  await SurveySheetModel.bulkWrite(
    sheets
      .filter((it) => it.sample.length > 0)
      .map(({ klass, joined, sample }) => ({
        updateOne: {
          filter: { _id: `${String(survey._id)}:${String(klass._id)}` },
          update: {
            $setOnInsert: {
              surveyId: survey._id,
              classId: klass._id,
              path: klass.path,
              joined,
              sample,
              sampled: sample.length,
              answeredIds: [],
              answered: 0,
              aware: 0,
              rights: survey.items.map(() => 0),
              isOpen: true,
            },
          },
          upsert: true,
        },
      })),
    { ordered: false },
  )
  const drawn = await SurveySheetModel.find(
    { surveyId: survey._id, classId: { $in: classes.map((it) => it._id) } },
    { sample: 1 },
  ).lean<{ sample: Types.ObjectId[] }[]>()
  await invite(
    survey,
    drawn.flatMap((it) => it.sample),
    '1',
    now,
  )
}

function joinedIn(roll: { roster: Types.ObjectId[]; unreached: Types.ObjectId[] } | undefined): string[] {
  const out = new Set((roll?.unreached ?? []).map(String))
  return (roll?.roster ?? []).map(String).filter((it) => !out.has(it))
}

function drawAll(survey: SurveyRecord, classes: UnitRecord[], families: string[][]): string[][] {
  const sizes = families.map((it) => it.length)
  const wanted = sampleSize(sum(sizes), survey.confidence as Confidence, survey.margin / 100)
  const sizesDrawn = shares(wanted, sizes)
  return classes.map((klass, at) =>
    drawIn(survey.seed, String(klass._id), families[at] ?? [], sizesDrawn[at] ?? 0),
  )
}

/** After the course the families that answered before it are asked again, wherever in the school they are now. */
async function sampleOfBefore(beforeId: Types.ObjectId, classes: UnitRecord[], families: string[][]) {
  const before = await SurveySheetModel.find(
    { surveyId: beforeId, classId: { $in: classes.map((it) => it._id) } },
    { answeredIds: 1 },
  ).lean<{ answeredIds: Types.ObjectId[] }[]>()
  const answered = new Set(before.flatMap((it) => it.answeredIds.map(String)))
  return classes.map((_, at) => (families[at] ?? []).filter((it) => answered.has(it)))
}

/** Asks the guardians of some families by message; whoever of them answers first answers for the family. */
export async function invite(survey: SurveyRecord, studentIds: Types.ObjectId[], step: string, now: Date) {
  if (studentIds.length === 0) return 0
  const [guardians, students] = await Promise.all([
    joinedGuardiansOf(studentIds),
    findStudents(studentIds.map(String)),
  ])
  const nameOf = new Map(students.map((it) => [String(it._id), it.name]))
  return notify.enqueue(
    guardians.map((it) => ({
      kind: 'survey' as const,
      subject: subjectOf(survey._id, it.studentId),
      step,
      personId: String(it.personId),
      page: `${PAGE}?id=${String(survey._id)}&student=${String(it.studentId)}`,
      path: it.path,
      values: {
        title: survey.title,
        child: nameOf.get(String(it.studentId)) ?? '孩子',
        deadline: `${dayInWords(survey.closesOn)}前`,
        note: `${survey.items.length}道题，两分钟，不记名。`,
      },
      expiresAt: new Date(shanghaiInstant(survey.closesOn).getTime() + DAY_MS),
    })),
    now,
  )
}

export const subjectOf = (surveyId: unknown, studentId: unknown) =>
  `survey-${String(surveyId)}-${String(studentId)}`
