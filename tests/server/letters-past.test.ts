import { expect, it } from 'vitest'
import {
  confirmMyLetter,
  listMyPastLetters,
  openMyLetter,
  readMyPastSheet,
  readSheet,
} from '#contract/letters'
import { setStandingApproval } from '#contract/audit'
import { applyPromotion, beginPromotion } from '#contract/promotion'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { readableTo } from '../../server/modules/letters/past/rules.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { sendLetter } from '../support/letters.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** A class that was written to in March and moved up in July; its 班主任 has stayed behind for a new class. */
async function scene() {
  world.goTo('2027-03-10T02:00:00Z')
  const district = await buildDistrict(world)
  const school = await buildSchool(world, district, { grades: [7] })
  const klass = school.classOf('七年级2班')
  const student = await buildStudent(klass, { name: '张三' })
  const motherId = await buildGuardian(world, student)
  const liwen = await buildStaff(klass, 'class_teacher', { name: '李文' })
  const colleague = await buildStaff(klass, 'teacher', { name: '王芳' })
  const own = await sendLetter(world, liwen, klass, { title: '春游告知书' })
  const others = await sendLetter(world, school.admin, school.school, { title: '学校的信' })
  const mother = await world.as(motherId, 'guardian')
  await mother(openMyLetter, { studentId: String(student._id), letterId: own.id })
  await mother(confirmMyLetter, { studentId: String(student._id), letterId: own.id })

  world.goTo('2027-07-20T02:00:00Z')
  const call = await world.as(district.admin, 'staff')
  const { id } = await call(beginPromotion, { unitId: String(district.district._id) })
  await call(applyPromotion, { promotionId: id })
  await expect
    .poll(async () => (await PromotionModel.findById(id))?.status, { timeout: 20_000, interval: 50 })
    .toBe('applied')
  const nowIn = String((await StudentModel.findById(student._id).lean())?.classId)
  // 李文 gives the class away, and stays at the school as a teacher.
  await PersonModel.updateOne(
    { _id: liwen },
    { 'posts.$[held].to': world.now() },
    { arrayFilters: [{ 'held.to': null }] },
  )
  await PersonModel.updateOne(
    { _id: liwen },
    {
      $push: {
        posts: {
          post: 'teacher',
          unitId: school.school._id,
          path: school.school.path,
          from: world.now(),
        },
      },
    },
  )
  const successor = await buildStaff({ _id: nowIn, path: school.school.path } as never, 'teacher')
  world.pass(1000)
  return { ...school, liwen, colleague, successor, own, others, klass, nowIn }
}

const as = (personId: string) => world.as(personId, 'staff')

it('lets the former 班主任 read what they sent themselves, and takes down that they did', async () => {
  const { liwen, own, klass, school } = await scene()
  const call = await as(liwen)
  const { letters } = await call(listMyPastLetters, {})
  expect(letters).toMatchObject([
    { title: '春游告知书', className: `${school.fullName}七年级2班`, readableTo: '2028-08-31' },
  ])
  const { rows, letter } = await call(readMyPastSheet, { letterId: own.id })
  expect(letter.tally).toMatchObject({ expected: 1, read: 1, confirmed: 1 })
  expect(rows).toMatchObject([{ name: '张三', confirmed: { by: '张三妈妈' } }])
  const line = await AuditModel.findOne({ act: 'sheet.read', path: klass.path }).lean()
  expect(line?.detail).toBe('《春游告知书》，原班主任回看')
  // Not by the ordinary way: reminding, answering for families and exports stay shut.
  await expect(call(readSheet, { letterId: own.id, classId: String(klass._id) })).rejects.toMatchObject({
    status: 403,
  })
})

it('shows nothing to the successor, a colleague, of what the school sent, or to who has left the school', async () => {
  const { liwen, successor, colleague, own, others, klass, nowIn } = await scene()
  for (const personId of [successor, colleague]) {
    const call = await as(personId)
    expect((await call(listMyPastLetters, {})).letters).toEqual([])
    await expect(call(readMyPastSheet, { letterId: own.id })).rejects.toMatchObject({ status: 404 })
    for (const classId of [String(klass._id), nowIn]) {
      await expect(call(readSheet, { letterId: own.id, classId })).rejects.toMatchObject({})
    }
  }
  await expect((await as(liwen))(readMyPastSheet, { letterId: others.id })).rejects.toMatchObject({
    status: 404,
  })
  await PersonModel.updateOne({ _id: liwen }, { 'posts.$[].to': world.now() })
  expect((await (await as(liwen))(listMyPastLetters, {})).letters).toEqual([])
})

it('ends with the school year after, and with the school’s standing approval', async () => {
  const { liwen, own, school } = await scene()
  const principal = await as(await buildStaff(school, 'principal'))
  const given = { unitId: String(school._id), post: 'class_teacher' as const, words: '先收回', exports: null }
  await principal(setStandingApproval, { ...given, names: null })
  await expect((await as(liwen))(readMyPastSheet, { letterId: own.id })).rejects.toMatchObject({
    json: { error: { code: 'approval_needed' } },
  })
  await principal(setStandingApproval, { ...given, names: 'class' })
  world.goTo('2028-08-31T10:00:00Z')
  expect((await (await as(liwen))(readMyPastSheet, { letterId: own.id })).rows).toHaveLength(1)
  world.goTo('2028-08-31T17:00:00Z')
  await expect((await as(liwen))(readMyPastSheet, { letterId: own.id })).rejects.toMatchObject({
    status: 404,
  })
})

it.each([
  ['2026-09-01', '2028-08-31'],
  ['2027-08-31', '2028-08-31'],
  ['2027-09-01', '2029-08-31'],
])('a letter of %s is readable to %s', (sentOn, to) => expect(readableTo(sentOn, [])).toBe(to))
