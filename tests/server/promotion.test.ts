import { describe, expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { listMyCertificates } from '#contract/certificates'
import { listMyLetters, openMyLetter } from '#contract/letters'
import {
  applyPromotion,
  beginPromotion,
  discardPromotion,
  listPromotionMoves,
  listPromotions,
  planPromotionClass,
  readPromotion,
  undoPromotion,
} from '#contract/promotion'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { mendStrays } from '../../server/modules/org/promotion/apply/service.ts'
import { workThroughPromotions } from '../../server/modules/org/promotion/jobs.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { sendLetter } from '../support/letters.ts'
import { statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool, fillClass } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** A 九年一贯制 school with grades 6, 7 and 9, two students in each class of them. */
async function scene() {
  world.goTo('2027-07-20T02:00:00Z')
  const office = await buildDistrict(world)
  const school = await buildSchool(world, office, { schoolType: 'nineYear', grades: [6, 7, 9] })
  const students = new Map(
    await Promise.all(
      ['六年级1班', '六年级2班', '七年级1班', '七年级2班', '九年级1班', '九年级2班'].map(
        async (name) => [name, await fillClass(school.classOf(name), 2)] as const,
      ),
    ),
  )
  const unitId = String(office.district._id)
  return {
    ...office,
    ...school,
    unitId,
    studentsOf: (name: string) => students.get(name) ?? [],
    begin: () => office.call(beginPromotion, { unitId }),
    apply: async (promotionId: string) => {
      await office.call(applyPromotion, { promotionId })
      return settled(promotionId, 'applied')
    },
    undo: async (promotionId: string) => {
      await office.call(undoPromotion, { promotionId })
      return settled(promotionId, 'undone')
    },
  }
}

async function settled(promotionId: string, status: string) {
  await expect
    .poll(async () => (await PromotionModel.findById(promotionId))?.status, { timeout: 20_000, interval: 50 })
    .toBe(status)
}

/** Everything that a promotion touches, as the database holds it. */
async function everything() {
  const plain = { updatedAt: 0, createdAt: 0, __v: 0 } as const
  const [units, students, bonds, people] = await Promise.all([
    UnitModel.find({}, plain).sort({ _id: 1 }).lean(),
    StudentModel.find({}, plain).sort({ _id: 1 }).lean(),
    GuardianshipModel.find({}, plain).sort({ _id: 1 }).lean(),
    PersonModel.find({}, { posts: 1 }).sort({ _id: 1 }).lean(),
  ])
  return JSON.parse(JSON.stringify({ units, students, bonds, people })) as unknown
}

describe('the preview', () => {
  it('says who moves where and who leaves, and changes nothing', async () => {
    const { begin, call, school } = await scene()
    const before = await everything()

    const preview = await begin()
    const again = await begin()
    const { moves } = await call(listPromotionMoves, {
      promotionId: preview.id,
      schoolId: String(school._id),
    })

    expect(again.id).toBe(preview.id)
    expect(preview).toMatchObject({ year: 2027, status: 'draft', classes: 6, students: 12, graduates: 4 })
    expect(preview.schools).toMatchObject([{ classes: 6, graduatingClasses: 2, graduates: 4 }])
    expect(moves.map((it) => [it.name, it.outcome, it.into.map((to) => to.name).join()])).toEqual([
      ['九年级1班', 'graduate', ''],
      ['九年级2班', 'graduate', ''],
      ['七年级1班', 'up', '八年级1班'],
      ['七年级2班', 'up', '八年级2班'],
      ['六年级1班', 'up', '七年级1班'],
      ['六年级2班', 'up', '七年级2班'],
    ])
    expect(await everything()).toEqual(before)
  })

  it('is for a district or a school, by those who keep the tree, one at a time', async () => {
    const { begin, call, city, school, office, classOf } = await scene()
    const preview = await begin()
    const admin = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    const teacher = await world.as(await buildStaff(classOf('七年级1班'), 'class_teacher'), 'staff')

    await expect(admin(beginPromotion, { unitId: String(city._id) })).rejects.toMatchObject({ status: 400 })
    await expect(office(beginPromotion, { unitId: String(school._id) })).rejects.toMatchObject({
      status: 409,
    })
    await expect(office(readPromotion, { promotionId: preview.id })).rejects.toMatchObject({ status: 404 })
    await expect(teacher(beginPromotion, { unitId: String(classOf('七年级1班')._id) })).rejects.toMatchObject(
      {
        status: 403,
      },
    )
    await call(discardPromotion, { promotionId: preview.id })
    expect((await office(beginPromotion, { unitId: String(school._id) })).classes).toBe(6)
  })

  it('warns while the old school year still runs', async () => {
    const { call, unitId } = await scene()
    world.goTo('2027-04-01T02:00:00Z')
    expect(await call(listPromotions, { unitId })).toMatchObject({ nextYear: 2027, runsUntil: '2027-07-10' })
    world.goTo('2027-07-20T02:00:00Z')
    expect(await call(listPromotions, { unitId })).toMatchObject({ nextYear: 2027, runsUntil: null })
  })
})

describe('a promotion', () => {
  it('moves every class a grade up and lets the last grade go, guardians and all', async () => {
    const { begin, apply, studentsOf, unitsOf, school, classOf, call, unitId } = await scene()
    const [one] = studentsOf('七年级2班')
    const [leaver] = studentsOf('九年级1班')
    if (!one || !leaver) throw new Error('No students')
    const mother = await buildGuardian(world, one)
    const left = await buildGuardian(world, leaver)
    const teacher = await buildStaff(classOf('七年级2班'), 'class_teacher')
    const code = classOf('七年级2班').joinCode

    await apply((await begin()).id)

    const moved = await StudentModel.findById(one._id).lean()
    const klass = await UnitModel.findById(moved?.classId).lean()
    expect(klass).toMatchObject({
      fullName: `${school.fullName}八年级2班`,
      code: '2026-02',
      entryYear: 2026,
      schoolYear: 2027,
      joinCode: code,
    })
    expect(moved?.memberships.map((it) => [String(it.classId), it.to === null])).toEqual([
      [String(classOf('七年级2班')._id), false],
      [String(klass?._id), true],
    ])
    expect(await GuardianshipModel.findOne({ studentId: one._id }).lean()).toMatchObject({
      path: klass?.path,
    })

    // The phone shows the new class; the teacher went along and is the old class's no more.
    const me = await (await world.as(mother, 'guardian'))(readMe, {})
    expect(me.children.map((it) => it.className)).toEqual(['八年级2班'])
    const staff = await (await world.as(teacher, 'staff'))(readMe, {})
    expect(staff.posts.map((it) => [it.post, it.unitName])).toEqual([['class_teacher', klass?.fullName]])

    // Graduates are gone from every list; their family keeps its account and what it has earned.
    expect(await StudentModel.findById(leaver._id).lean()).toMatchObject({ leftReason: 'graduated' })
    const graduates = await world.as(left, 'guardian')
    expect((await graduates(readMe, {})).children).toEqual([])
    expect(await graduates(listMyCertificates, {})).toMatchObject({ certificates: [] })

    const grades = await unitsOf(String(school._id))
    const counts = grades.map((it) => [it.name, it.studentCount])
    expect(counts).toEqual([
      ['六年级', 0],
      ['七年级', 4],
      ['八年级', 4],
      ['九年级', 0],
    ])
    expect(await call(listPromotions, { unitId })).toMatchObject({ nextYear: 2028 })
    const acts = await AuditModel.find({ act: 'promotion.applied', studentIds: one._id }).lean()
    expect(acts.map((it) => it.detail)).toEqual([`七年级2班升入${school.fullName}八年级2班，2名学生`])
  })

  it('runs once, however often it is asked for and however many workers there are', async () => {
    const { begin, call } = await scene()
    const { id } = await begin()
    await Promise.all([1, 2, 3].map(() => call(applyPromotion, { promotionId: id })))
    await Promise.all([1, 2].map(() => workThroughPromotions(world.deps())))
    await settled(id, 'applied')

    const students = await StudentModel.find({ leftAt: null }).lean()
    expect(students.map((it) => it.memberships.length)).toEqual(students.map(() => 2))
    expect(await UnitModel.countDocuments({ kind: 'class', closedAt: null })).toBe(4)
  })

  it('takes along who joined in the very moment', async () => {
    const { classOf, studentsOf } = await scene()
    const [one] = studentsOf('七年级2班')
    if (!one) throw new Error('No student')
    await buildGuardian(world, { ...one, classId: classOf('七年级1班')._id, path: classOf('七年级1班').path })

    await mendStrays([classOf('七年级1班')._id])

    expect(await GuardianshipModel.distinct('path', { studentId: one._id })).toEqual([one.path])
  })

  it('asks for nothing that reads a whole collection', async () => {
    const { begin, apply, undo, studentsOf, classOf } = await scene()
    const [one] = studentsOf('七年级2班')
    if (!one) throw new Error('No student')
    await buildGuardian(world, one)
    await buildStaff(classOf('七年级2班'), 'class_teacher')

    const statements = await statementsOf(async () => {
      const { id } = await begin()
      await apply(id)
      await undo(id)
    })

    const scans = statements.filter((it) => it.plan.includes('COLLSCAN')).map((it) => it.name)
    expect([...new Set(scans)]).toEqual([])
  })

  it('leaves last year’s letters with last year’s class', async () => {
    const { begin, apply, studentsOf, school, admin, classOf } = await scene()
    const [one] = studentsOf('七年级2班')
    if (!one) throw new Error('No student')
    const mother = await world.as(await buildGuardian(world, one), 'guardian')
    const before = classOf('七年级2班')
    const old = await sendLetter(world, admin, school, { title: '暑假前的一封信' })
    await mother(openMyLetter, { studentId: String(one._id), letterId: old.id })
    world.pass(60_000)

    await apply((await begin()).id)
    world.pass(60_000)
    const fresh = await sendLetter(world, admin, school, { title: '新学年的一封信' })
    await mother(openMyLetter, { studentId: String(one._id), letterId: fresh.id })

    const sheets = await SheetModel.find({ [`readBy.${String(one._id)}`]: { $exists: true } })
      .sort({ sentAt: 1 })
      .lean()
    expect(sheets.map((it) => [it.className, it.path === before.path])).toEqual([
      ['七年级2班', true],
      ['八年级2班', false],
    ])
    // Opened again it is still the same sheet: no second one is made for the new class.
    await mother(openMyLetter, { studentId: String(one._id), letterId: old.id })
    expect(await SheetModel.countDocuments({ letterId: old.id })).toBe(6)
    const { letters } = await mother(listMyLetters, { studentId: String(one._id) })
    expect(letters.map((it) => it.title)).toEqual(['新学年的一封信', '暑假前的一封信'])
  })
})

describe('a plan changed by hand', () => {
  it('puts two classes together, divides one, keeps one back', async () => {
    const { begin, apply, call, classOf, studentsOf, school } = await scene()
    const [, second] = [classOf('七年级1班'), classOf('七年级2班')]
    const teacherOne = await buildStaff(classOf('七年级1班'), 'class_teacher')
    const teacherTwo = await buildStaff(second, 'class_teacher')
    const { id } = await begin()
    const plan = { promotionId: id }
    await call(planPromotionClass, {
      ...plan,
      classId: String(second._id),
      outcome: 'up',
      mergeWith: String(classOf('七年级1班')._id),
    })
    await call(planPromotionClass, {
      ...plan,
      classId: String(classOf('六年级2班')._id),
      outcome: 'stay',
    })
    const { moves } = await call(planPromotionClass, {
      ...plan,
      classId: String(classOf('六年级1班')._id),
      outcome: 'up',
      parts: 2,
    })
    expect(moves.slice(2).map((it) => [it.name, it.outcome, it.into.map((to) => to.name)])).toEqual([
      ['七年级1班', 'up', ['八年级1班']],
      ['七年级2班', 'up', ['八年级1班']],
      ['六年级1班', 'up', ['七年级1班', '七年级2班']],
      ['六年级2班', 'stay', []],
    ])

    await apply(id)

    const rows = await StudentModel.aggregate<{ _id: string; count: number }>([
      { $match: { leftAt: null } },
      { $group: { _id: '$classId', count: { $sum: 1 } } },
      { $lookup: { from: 'units', localField: '_id', foreignField: '_id', as: 'unit' } },
      { $set: { _id: { $first: '$unit.fullName' } } },
      { $sort: { _id: 1 } },
    ])
    const name = (it: string) => school.fullName + it
    expect(rows.map((it) => [it._id, it.count]).sort()).toEqual(
      [
        [name('八年级1班'), 4],
        [name('七年级1班'), 1],
        [name('七年级2班'), 1],
        [name('六年级2班'), 2],
      ].sort(),
    )
    const posts = async (personId: string) =>
      (await (await world.as(personId, 'staff'))(readMe, {})).posts.map((it) => it.post)
    expect([await posts(teacherOne), await posts(teacherTwo)]).toEqual([['class_teacher'], ['teacher']])
    expect(studentsOf('六年级2班')).toHaveLength(2)
  })

  it('refuses what cannot be', async () => {
    const { begin, call, classOf } = await scene()
    const { id } = await begin()
    const change = (name: string, plan: { outcome: 'up' | 'stay'; mergeWith?: string; parts?: number }) =>
      call(planPromotionClass, { promotionId: id, classId: String(classOf(name)._id), ...plan })
    const seventh = String(classOf('七年级1班')._id)

    await expect(change('六年级1班', { outcome: 'up', mergeWith: seventh })).rejects.toMatchObject({
      json: { error: { message: '只能并入同一年级的班' } },
    })
    await expect(change('七年级1班', { outcome: 'up', mergeWith: seventh })).rejects.toMatchObject({
      status: 409,
    })
    await expect(change('九年级1班', { outcome: 'up' })).rejects.toMatchObject({
      json: { error: { message: '九年级1班是毕业班，不能升级' } },
    })
    await change('七年级2班', { outcome: 'up', mergeWith: seventh })
    await expect(change('七年级1班', { outcome: 'stay' })).rejects.toMatchObject({ status: 409 })
    // And back again to a class of its own.
    const { moves } = await change('七年级2班', { outcome: 'up' })
    expect(moves.find((it) => it.name === '七年级2班')?.into.map((it) => it.name)).toEqual(['八年级2班'])
  })
})

describe('an undo', () => {
  it('restores everything exactly', async () => {
    const { begin, apply, undo, call, classOf, studentsOf } = await scene()
    const [one] = studentsOf('七年级2班')
    const [leaver] = studentsOf('九年级1班')
    if (!one || !leaver) throw new Error('No students')
    await buildGuardian(world, one)
    await buildGuardian(world, leaver)
    await buildStaff(classOf('七年级2班'), 'class_teacher')
    await buildStaff(classOf('九年级2班'), 'class_teacher')
    const before = await everything()
    const { id } = await begin()
    const plan = { promotionId: id, outcome: 'up' as const }
    await call(planPromotionClass, {
      ...plan,
      classId: String(classOf('七年级2班')._id),
      mergeWith: String(classOf('七年级1班')._id),
    })
    await call(planPromotionClass, { ...plan, classId: String(classOf('六年级1班')._id), parts: 2 })

    await apply(id)
    expect(await everything()).not.toEqual(before)
    world.pass(6 * 86_400_000)
    await undo(id)

    expect(await everything()).toEqual(before)
    expect((await call(readPromotion, { promotionId: id })).kept).toBe(0)
    expect((await begin()).year).toBe(2027)
  })

  it('leaves alone whoever was changed one by one since, and says who', async () => {
    const { begin, apply, undo, call, studentsOf, school } = await scene()
    const [one, two] = studentsOf('七年级2班')
    if (!one || !two) throw new Error('No students')
    const { id } = await begin()
    await apply(id)
    await StudentModel.updateOne({ _id: one._id }, { leftAt: world.now(), leftReason: 'left' })
    const moved = await StudentModel.findById(two._id).lean()
    const newcomer = await UnitModel.findById(moved?.classId).lean()
    if (!newcomer) throw new Error('No class')
    const fresh = await buildStudent(newcomer)

    await undo(id)

    expect(await StudentModel.findById(one._id).lean()).toMatchObject({ leftReason: 'left' })
    expect((await StudentModel.findById(two._id).lean())?.path).toBe(two.path)
    // Whoever came to the new class since is still in it, so it still stands.
    expect((await UnitModel.findById(newcomer._id).lean())?.closedAt).toBeNull()
    expect((await StudentModel.findById(fresh._id).lean())?.path).toBe(newcomer.path)
    const { moves } = await call(listPromotionMoves, { promotionId: id, schoolId: String(school._id) })
    expect(moves.find((it) => it.name === '七年级2班')?.kept).toEqual([one.name])
  })

  it('keeps a letter that went to the new class readable', async () => {
    const { begin, apply, undo, studentsOf, school, admin } = await scene()
    const [one] = studentsOf('七年级2班')
    if (!one) throw new Error('No student')
    const mother = await world.as(await buildGuardian(world, one), 'guardian')
    const { id } = await begin()
    await apply(id)
    world.pass(60_000)
    const klass = await UnitModel.findById((await StudentModel.findById(one._id).lean())?.classId).lean()
    const letter = await sendLetter(world, admin, school, { audience: [klass as never] })
    world.pass(60_000)

    await undo(id)

    await mother(openMyLetter, { studentId: String(one._id), letterId: letter.id })
    expect((await StudentModel.findById(one._id).lean())?.path).toBe(one.path)
  })

  it('is over after seven days', async () => {
    const { begin, apply, district } = await scene()
    const { id } = await begin()
    await apply(id)
    world.pass(7 * 86_400_000 + 1)
    const call = await world.as(await buildStaff(district, 'district_admin'), 'staff')

    expect((await call(readPromotion, { promotionId: id })).abilities.undo).toBe(false)
    await expect(call(undoPromotion, { promotionId: id })).rejects.toMatchObject({
      json: { error: { message: '升级已经过了7天，不能再撤销' } },
    })
  })
})
