import { beforeEach, describe, expect, it } from 'vitest'
import { listMyTodos } from '#contract/home'
import { listMyMessages } from '#contract/notify'
import {
  answerMySurvey,
  closeSurvey,
  createSurvey,
  exportSurvey,
  listMySurveys,
  listSurveys,
  openMySurvey,
  openSurvey,
  planSurvey,
  readSurvey,
  redrawSurvey,
  remindSurvey,
  removeSurvey,
  repeatSurvey,
} from '#contract/surveys'
import { SurveyModel, SurveyResultModel, SurveySheetModel } from '../../server/modules/surveys/model.ts'
import { workThrough } from '../../server/modules/surveys/running/service.ts'
import { buildBranch, buildStaff, buildStudent, newId } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { answersOf, buildSurveyed, DRAFT_SURVEY, openedSurvey, sheetsOf } from '../support/surveys.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

type Scene = Awaited<ReturnType<typeof buildSurveyed>>

/** The first families of a class answer, each with so many right. */
async function answerAll({ families }: Scene, surveyId: string, rights: number[]) {
  for (const [at, right] of rights.entries()) {
    const { personId, studentId } = families[at] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    await call(answerMySurvey, { studentId, surveyId, answers: await answersOf(surveyId, right) })
  }
}

describe('setting a survey up', () => {
  it('says beforehand how many families it asks, school by school', async () => {
    const scene = await buildSurveyed(world, 30)
    await buildStudent(scene.klass)
    await buildSurveyed(world, 10, await buildBranch(scene))
    const district = await world.as(await buildStaff(scene.district, 'district_admin'), 'staff')

    const plan = await district(planSurvey, {
      unitId: String(scene.district._id),
      confidence: '95',
      margin: 10,
      grades: [7],
    })

    // 30 and 10 joined families of one school: 29 of 40 at ±10, 22 and 8 of them by size.
    expect(plan).toMatchObject({ families: 41, joined: 40, sampled: 30, schools: 1, classes: 2 })
    expect(plan.grades).toEqual([{ grade: 7, name: '七年级' }])
  })

  it('makes one draft when the button is pressed twice, draws again, and removes it', async () => {
    const { office, school } = await buildSurveyed(world, 1)
    const call = await world.as(office, 'staff')
    const said = { ...DRAFT_SURVEY, unitId: String(school._id), requestId: 'request-twice' }

    const made = await Promise.all([call(createSurvey, said), call(createSurvey, said)])
    expect(new Set(made.map((it) => it.id)).size).toBe(1)
    const surveyId = made[0].id
    const before = await SurveyModel.findById(surveyId).lean()
    await call(redrawSurvey, { surveyId })
    expect((await SurveyModel.findById(surveyId).lean())?.seed).not.toBe(before?.seed)
    await call(removeSurvey, { surveyId })
    expect(await SurveyModel.countDocuments()).toBe(0)
  })

  it.each([
    ['closesOn in the past', { closesOn: '2026-11-22' }, '截止日期要从今天起选'],
    ['a day far ahead', { closesOn: '2027-06-01' }, '截止日期最晚在92天以内'],
    ['nine items', { itemCount: 9 }, /[\u4e00-\u9fff]/],
    ['no title', { title: '  ' }, '请填写标题'],
  ])('refuses %s and makes nothing', async (_, wrong, message) => {
    const { office, school } = await buildSurveyed(world, 1)
    const token = await world.tokenOf(office, 'staff')
    const said = { ...DRAFT_SURVEY, requestId: 'request-wrong', ...wrong }
    const response = await world.send(token, 'POST', `/api/units/${String(school._id)}/surveys`, said)

    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(message)
    expect(await SurveyModel.countDocuments()).toBe(0)
  })

  it('is for schools, districts and the city', async () => {
    const { office, klass } = await buildSurveyed(world, 1)
    const call = await world.as(office, 'staff')
    await expect(
      call(createSurvey, { ...DRAFT_SURVEY, unitId: String(klass._id), requestId: 'request-class' }),
    ).rejects.toMatchObject({ status: 400 })
  })
})

describe('drawing the families', () => {
  it('takes in each class those that the seed names, and can be done again by anybody who has it', async () => {
    const scene = await buildSurveyed(world, 40)
    const surveyId = await openedSurvey(world, scene.office, scene.school, { margin: 15 })

    const [sheet] = await sheetsOf(surveyId)
    expect(sheet).toMatchObject({ joined: 40, sampled: 21, answered: 0 })
    const survey = await SurveyModel.findById(surveyId).lean()
    const { drawIn } = await import('../../server/modules/surveys/sampling/rules.ts')
    const again = drawIn(
      survey?.seed ?? '',
      String(scene.klass._id),
      scene.families.map((it) => it.studentId),
      21,
    )
    expect(sheet?.sample.map(String)).toEqual(again)
  })

  it('goes on where a crash stopped it, and asks nobody twice', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    const first = await sheetsOf(surveyId)
    await SurveyModel.updateOne({ _id: surveyId }, { status: 'opening', cursor: '' })

    await workThrough(world.now())

    expect(await sheetsOf(surveyId)).toEqual(first)
    expect((await SurveyModel.findById(surveyId).lean())?.status).toBe('open')
    const { personId } = scene.families[0] ?? { personId: '' }
    const call = await world.as(personId, 'guardian')
    expect((await call(listMyMessages, {})).messages.map((it) => it.title)).toEqual(['请您答一个小调查'])
  })

  it('starts once when two press at the same moment', async () => {
    const { office, school } = await buildSurveyed(world, 2)
    const call = await world.as(office, 'staff')
    const { id: surveyId } = await call(createSurvey, {
      ...DRAFT_SURVEY,
      unitId: String(school._id),
      requestId: 'request-open',
    })
    const opened = await Promise.allSettled([call(openSurvey, { surveyId }), call(openSurvey, { surveyId })])
    expect(opened.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('answering', () => {
  it('counts a family once, tells the right answers, and keeps nowhere who answered what', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    const { personId, studentId } = scene.families[0] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    const asked = await call(openMySurvey, { studentId, surveyId })
    expect(asked).toMatchObject({ state: 'asked', answers: [] })
    expect(JSON.stringify(asked)).not.toContain('correct')
    expect((await call(listMyTodos, {})).todos.map((it) => it.title)).toContain(
      '请您答一个小调查：家长必备知识小调查',
    )

    const answers = await answersOf(surveyId, 4)
    const twice = await Promise.allSettled([
      call(answerMySurvey, { studentId, surveyId, answers }),
      call(answerMySurvey, { studentId, surveyId, answers }),
    ])

    expect(twice.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    const told = twice.find((it) => it.status === 'fulfilled')
    expect(told).toMatchObject({ value: { right: 4, of: 5, rights: [true, true, true, true, false] } })
    const [sheet] = await sheetsOf(surveyId)
    expect(sheet).toMatchObject({ answered: 1, aware: 1, rights: [1, 1, 1, 1, 0] })
    expect(JSON.stringify(await SurveySheetModel.find().lean())).not.toContain(personId)
    expect(await SurveyResultModel.countDocuments()).toBe(0)
    expect((await call(openMySurvey, { studentId, surveyId })).answers).toHaveLength(5)
    expect((await call(listMyTodos, {})).todos.filter((it) => it.title.includes('小调查'))).toEqual([])
  })

  it('is for families that were drawn; for others there is no such survey', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    const other = await buildSurveyed(world, 1)
    const { personId, studentId } = other.families[0] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')

    await expect(call(openMySurvey, { studentId, surveyId })).rejects.toMatchObject({ status: 404 })
    expect((await call(listMySurveys, { studentId })).surveys).toEqual([])
  })

  it.each([
    ['one too few', (all: number[][]) => all.slice(1)],
    ['an option there is not', (all: number[][]) => [[9], ...all.slice(1)]],
    ['one too many', (all: number[][]) => [...all, [0]]],
  ])('refuses %s and counts nothing', async (_, spoil) => {
    const scene = await buildSurveyed(world, 1)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    const { personId, studentId } = scene.families[0] ?? { personId: '', studentId: '' }
    const call = world.tokenOf(personId, 'guardian')
    const answers = spoil(await answersOf(surveyId, 5))

    const response = await world.send(
      await call,
      'POST',
      `/api/children/${studentId}/surveys/${surveyId}/answers`,
      { answers },
    )
    expect(response.status).toBe(400)
    expect((await sheetsOf(surveyId))[0]?.answered).toBe(0)
  })

  it('ends with its day', async () => {
    const scene = await buildSurveyed(world, 1)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    world.goTo('2026-12-11T01:00:00Z')
    await workThrough(world.now())
    const { personId, studentId } = scene.families[0] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    const answers = await answersOf(surveyId, 5)

    await expect(call(answerMySurvey, { studentId, surveyId, answers })).rejects.toMatchObject({
      status: 409,
    })
    expect((await call(openMySurvey, { studentId, surveyId })).state).toBe('closed')
  })

  it('finds what a family is asked by an index', async () => {
    const scene = await buildSurveyed(world, 3)
    await openedSurvey(world, scene.office, scene.school)
    const { personId, studentId } = scene.families[0] ?? { personId: '', studentId: '' }
    const call = await world.as(personId, 'guardian')
    expect(scans(await statementsOf(() => call(listMySurveys, { studentId })))).toEqual([])
  })
})

describe('the figures', () => {
  it('give the rate with its interval, and leave fewer than five answers blank', async () => {
    const scene = await buildSurveyed(world, 12)
    const small = await buildSurveyed(world, 6, await buildBranch({ ...scene }))
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    await answerAll(scene, surveyId, [5, 5, 5, 5, 4, 4, 2])
    await answerAll(small, surveyId, [5, 5, 1])
    const call = await world.as(scene.office, 'staff')
    const schoolId = String(scene.school._id)

    const figures = await call(readSurvey, { unitId: schoolId, surveyId })

    expect(figures.total).toMatchObject({ answered: 10, aware: 8, verdict: 'missed' })
    expect(figures.total.interval?.low).toBeCloseTo(0.4902, 3)
    expect(figures.total.interval?.high).toBeCloseTo(0.9433, 3)
    expect(figures.itemRights?.[0]).toBe(10)
    const inClass = await call(readSurvey, { unitId: String(small.klass._id), surveyId })
    expect(inClass.total).toMatchObject({ answered: null, aware: null, interval: null })
    expect(inClass.itemRights).toBeNull()
    // The grade of three answers, and with it the other: one blank alone could be worked out.
    expect(figures.rows.map((it) => it.answered)).toEqual([null, null])
  })

  it('are seen by the district and the class teacher, each in their own place', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    await answerAll(scene, surveyId, [5, 5, 5, 5, 5, 5])
    const district = await world.as(await buildStaff(scene.district, 'district_admin'), 'staff')
    const teacher = await world.as(await buildStaff(scene.klass, 'class_teacher'), 'staff')

    const above = await district(readSurvey, { unitId: String(scene.district._id), surveyId })
    expect(above.rows).toMatchObject([{ kind: 'school', answered: 6, aware: 6 }])
    const below = await teacher(readSurvey, { unitId: String(scene.klass._id), surveyId })
    expect(below.total).toMatchObject({ answered: 6, aware: 6 })
    expect(below.abilities).toMatchObject({ close: false, remind: false })
    expect((await teacher(listSurveys, { unitId: String(scene.klass._id) })).surveys).toHaveLength(1)
    await expect(teacher(closeSurvey, { surveyId })).rejects.toMatchObject({ status: 404 })
    const stranger = await world.as(await buildStaff((await buildBranch()).school, 'school_admin'), 'staff')
    await expect(stranger(closeSurvey, { surveyId })).rejects.toMatchObject({ status: 404 })
    await expect(stranger(readSurvey, { unitId: newId(), surveyId })).rejects.toMatchObject({ status: 404 })
  })

  it('leave as a workbook of numbers', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    await answerAll(scene, surveyId, [5, 5, 5, 5, 5])
    const call = await world.as(scene.office, 'staff')
    const { link, name } = await call(exportSurvey, { unitId: String(scene.school._id), surveyId })

    const response = await world.send(null, 'GET', `/api${link}`)
    expect(response.status).toBe(200)
    expect(name).toMatch(/知晓率_家长必备知识小调查_2026-11-23\.xlsx$/)
    const ExcelJS = (await import('exceljs')).default
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await response.arrayBuffer())
    const rows = book.worksheets[0]?.getSheetValues() ?? []
    expect(JSON.stringify(rows)).toContain('100.0%')
    expect(JSON.stringify(rows)).not.toContain('孩子0')
  })

  it('reminds the silent once a day, and says how many', async () => {
    const scene = await buildSurveyed(world, 6)
    const surveyId = await openedSurvey(world, scene.office, scene.school)
    await answerAll(scene, surveyId, [5, 5])
    const call = await world.as(scene.office, 'staff')

    expect(await call(remindSurvey, { surveyId })).toEqual({ families: 4 })
    await expect(call(remindSurvey, { surveyId })).rejects.toMatchObject({ status: 409 })
  })
})

describe('before and after a course', () => {
  it('sets the same people beside each other under a pseudonym, and spoils no question in between', async () => {
    const scene = await buildSurveyed(world, 7)
    const call = await world.as(scene.office, 'staff')
    const before = await openedSurvey(world, scene.office, scene.school, { wave: 'before' })
    await answerAll(scene, before, [1, 1, 1, 1, 5, 5])
    const { personId, studentId } = scene.families[0] ?? { personId: '', studentId: '' }
    const mother = await world.as(personId, 'guardian')
    expect((await mother(openMySurvey, { studentId, surveyId: before })).answers).toEqual([])
    await call(closeSurvey, { surveyId: before })
    const repeats = await Promise.all([
      call(repeatSurvey, { surveyId: before, closesOn: '2026-12-20' }),
      call(repeatSurvey, { surveyId: before, closesOn: '2026-12-20' }),
    ])
    const after = repeats[0].id
    expect(repeats[1].id).toBe(after)
    await call(openSurvey, { surveyId: after })
    expect((await sheetsOf(after))[0]?.sampled).toBe(6)
    await answerAll(scene, after, [5, 5, 5, 1, 5, 1])

    const { pair } = await call(readSurvey, { unitId: String(scene.school._id), surveyId: after })

    expect(pair).toEqual({
      beforeId: before,
      people: 6,
      awareBefore: 2,
      awareAfter: 4,
      gained: 3,
      lost: 1,
      p: 0.625,
    })
    expect(JSON.stringify(await SurveyResultModel.find().lean())).not.toContain(personId)
  })
})
