import { expect, it } from 'vitest'
import { readMe, signInWithPassword } from '#contract/accounts'
import { appointStaff, endPost, listStaff, readUnit } from '#contract/org'
import { endPostById, listPostsOf, readAppointing } from '#contract/posts'
import { readDashboard } from '#contract/figures'
import { shanghaiDay } from '../../server/infra/clock.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const DAY = 86_400_000
const dayAt = (ms: number) => shanghaiDay(new Date(world.now().getTime() + ms))
const teacher = { post: 'class_teacher' as const, name: '李文', phone: '13700000002' }

async function scene() {
  const branch = await buildBranch()
  const admin = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  return { ...branch, admin, classId: String(branch.klass._id), schoolId: String(branch.school._id) }
}

it('gives a post once, with a console account whose password works', async () => {
  const { admin, classId, klass } = await scene()
  const given = await admin(appointStaff, { unitId: classId, ...teacher, loginName: 'liwen' })
  const again = await admin(appointStaff, { unitId: classId, ...teacher, loginName: 'liwen' })
  expect(again).toEqual({ personId: given.personId, initialPassword: null })
  const { me } = await world.withToken(null)(signInWithPassword, {
    loginName: 'liwen',
    password: given.initialPassword ?? '',
  })
  expect(me.posts).toMatchObject([
    { post: 'class_teacher', unitId: classId, unitKind: 'class', unitName: klass.fullName },
  ])
  const { staff } = await admin(listStaff, { unitId: classId })
  expect(staff).toMatchObject([{ name: '李文', post: 'class_teacher' }])
})

it('gives it to the account a parent has already', async () => {
  const { admin, classId, klass } = await scene()
  const parent = await buildGuardian(world, await buildStudent(klass))
  const person = await PersonModel.findById(parent).lean()
  const phone = world.deps().fields.open(person?.phone ?? '')
  expect((await admin(appointStaff, { unitId: classId, ...teacher, phone })).personId).toBe(parent)
})

it('refuses a post that is not below, of another kind of unit, or in another school', async () => {
  const { admin, classId, schoolId } = await scene()
  await expect(
    admin(appointStaff, { unitId: schoolId, ...teacher, post: 'school_admin' }),
  ).rejects.toMatchObject({ status: 403, json: { error: { message: '只能安排比自己低的岗位' } } })
  await expect(admin(appointStaff, { unitId: schoolId, ...teacher })).rejects.toMatchObject({ status: 403 })
  const other = await scene()
  await expect(admin(appointStaff, { unitId: other.classId, ...teacher })).rejects.toMatchObject({
    status: 404,
  })
  const colleague = await world.as(await buildStaff((await buildBranch()).klass, 'class_teacher'), 'staff')
  await expect(colleague(appointStaff, { unitId: classId, ...teacher })).rejects.toMatchObject({
    status: 404,
  })
})

it('takes a name that is in use from nobody', async () => {
  const { admin, classId } = await scene()
  await admin(appointStaff, { unitId: classId, ...teacher, loginName: 'taken' })
  await expect(
    admin(appointStaff, { unitId: classId, ...teacher, phone: '13700000003', loginName: 'taken' }),
  ).rejects.toMatchObject({ status: 409 })
})

it('ends a post at once', async () => {
  const { admin, classId } = await scene()
  const { personId } = await admin(appointStaff, { unitId: classId, ...teacher })
  const call = await world.as(personId, 'staff')
  expect((await call(readMe, {})).posts).toHaveLength(1)
  await admin(endPost, { unitId: classId, personId, post: 'class_teacher' })
  expect((await call(readMe, {})).posts).toHaveLength(0)
  await expect(admin(endPost, { unitId: classId, personId, post: 'class_teacher' })).rejects.toMatchObject({
    status: 404,
  })
})

it('gives nothing before the first day and nothing from the end of the last one on', async () => {
  const { admin, classId } = await scene()
  world.goTo('2026-11-25T04:00:00Z')
  const { personId } = await admin(appointStaff, {
    unitId: classId,
    ...teacher,
    fromOn: '2026-11-27',
    toOn: '2026-11-28',
  })
  const call = await world.as(personId, 'staff')
  const held = async () => (await call(readMe, {})).posts.length
  const states = async () => (await admin(listStaff, { unitId: classId })).staff.map((it) => it.state)

  expect([await held(), await states()]).toEqual([0, ['coming']])
  world.goTo('2026-11-26T15:59:50Z')
  expect(await held()).toBe(0)
  world.goTo('2026-11-26T16:00:00Z')
  expect([await held(), await states()]).toEqual([1, ['now']])
  world.goTo('2026-11-28T15:59:50Z')
  await expect(call(readUnit, { unitId: classId })).resolves.toBeTruthy()
  world.goTo('2026-11-28T16:00:00Z')
  expect([await held(), await states()]).toEqual([0, []])
  await expect(call(readUnit, { unitId: classId })).rejects.toMatchObject({ status: 404 })
})

it.each([
  [{ fromOn: -1 }, '第一天不能早于今天'],
  [{ fromOn: 5, toOn: 4 }, '最后一天不能早于第一天'],
  [{ fromOn: 400 }, '第一天最多提前一年安排'],
])('refuses days that cannot be: %o', async (days: { fromOn?: number; toOn?: number }, message) => {
  const { admin, classId } = await scene()
  const said = Object.fromEntries(Object.entries(days).map(([key, it]) => [key, dayAt(it * DAY)]))
  await expect(admin(appointStaff, { unitId: classId, ...teacher, ...said })).rejects.toMatchObject({
    status: 400,
    json: { error: { message } },
  })
})

it('sends an inspector for a year at most, from above, and with no say', async () => {
  const { district, school, klass } = await scene()
  const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const [schoolId, classId] = [String(school._id), String(klass._id)]
  const inspector = { post: 'inspector' as const, name: '何敏', phone: '13700000009' }
  const give = (toOn?: string) => above(appointStaff, { unitId: schoolId, ...inspector, toOn })
  await expect(give()).rejects.toMatchObject({ json: { error: { message: '这个岗位要写明最后一天' } } })
  await expect(give(dayAt(400 * DAY))).rejects.toMatchObject({ status: 400 })
  const { personId } = await give(dayAt(30 * DAY))

  const call = await world.as(personId, 'staff')
  expect(await call(readDashboard, { unitId: schoolId })).toBeTruthy()
  await expect(call(appointStaff, { unitId: classId, ...teacher })).rejects.toMatchObject({ status: 403 })
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  await expect(principal(endPost, { unitId: schoolId, personId, post: 'inspector' })).rejects.toMatchObject({
    status: 403,
  })
})

it('shows an auditor the places of the tree and no figure', async () => {
  const { district, school, klass } = await scene()
  await buildStudent(klass)
  const call = await world.as(await buildStaff(district, 'auditor'), 'staff')
  const { unit, children } = await call(readUnit, { unitId: String(district._id) })
  expect([unit.studentCount, children.map((it) => [it.name, it.studentCount])]).toEqual([
    0,
    [[school.name, 0]],
  ])
  await expect(call(readDashboard, { unitId: String(district._id) })).rejects.toMatchObject({ status: 403 })
  await expect(call(listStaff, { unitId: String(district._id) })).rejects.toMatchObject({ status: 403 })
})

it('is never given to oneself', async () => {
  const { school, classId } = await scene()
  const personId = await buildStaff(school, 'school_admin')
  const { fields } = world.deps()
  const phone = '13700000077'
  await PersonModel.updateOne(
    { _id: personId },
    { phone: fields.seal(phone), phoneIndex: fields.index(phone) },
  )
  const call = await world.as(personId, 'staff')
  await expect(call(appointStaff, { unitId: classId, ...teacher, phone })).rejects.toMatchObject({
    status: 403,
    json: { error: { message: '不能给自己安排岗位，请找上级安排' } },
  })
})

it('holds several, and keeps the history of each', async () => {
  const { admin, classId, grade, district } = await scene()
  const { personId } = await admin(appointStaff, { unitId: classId, ...teacher })
  await admin(appointStaff, { unitId: String(grade._id), ...teacher, post: 'grade_head' })
  const coming = { ...teacher, post: 'mentor' as const, fromOn: dayAt(9 * DAY) }
  await admin(appointStaff, { unitId: classId, ...coming })
  await expect(
    admin(appointStaff, { unitId: classId, ...teacher, toOn: dayAt(5 * DAY) }),
  ).rejects.toMatchObject({ status: 409 })

  const { posts } = await admin(listPostsOf, { unitId: String(grade._id), personId })
  expect(posts.map((it) => [it.post, it.state])).toEqual([
    ['mentor', 'coming'],
    ['grade_head', 'now'],
    ['class_teacher', 'now'],
  ])
  const mentor = posts.find((it) => it.post === 'mentor')
  await admin(endPostById, { unitId: classId, personId, postId: mentor?.postId ?? '' })
  await admin(endPost, { unitId: classId, personId, post: 'class_teacher' })
  const { staff } = await admin(listStaff, { unitId: classId, show: 'past' })
  expect(staff.map((it) => it.post).sort()).toEqual(['class_teacher', 'mentor'])
  expect((await admin(listStaff, { unitId: classId })).staff).toEqual([])
  const after = await admin(listPostsOf, { unitId: classId, personId })
  expect(after.posts.every((it) => it.endedBy !== null && it.givenBy !== null)).toBe(true)
  await expect(admin(listPostsOf, { unitId: String(district._id), personId })).rejects.toMatchObject({
    status: 404,
  })
})

it('tells each administrator what they may give where, and what they may do about each post', async () => {
  const { admin, school, classId, schoolId } = await scene()
  const kinds = async (call: typeof admin, unitId: string) =>
    (await call(readAppointing, { unitId })).posts.map((it) => it.post)
  expect(await kinds(admin, classId)).toEqual(['class_teacher', 'teacher', 'mentor'])
  expect(await kinds(admin, schoolId)).toEqual(['teacher', 'mentor', 'counsellor', 'lecturer'])
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  expect(await kinds(principal, schoolId)).toContain('school_admin')
  const { staff, abilities } = await admin(listStaff, { unitId: schoolId })
  const mayEnd = Object.fromEntries(staff.map((it) => [it.post, it.abilities.end]))
  expect([abilities.appoint, mayEnd]).toEqual([true, { principal: false, school_admin: false }])
})

it('opens no console account over the head of another unit', async () => {
  const { admin, classId, district } = await scene()
  const personId = await buildStaff(district, 'district_admin')
  const { fields } = world.deps()
  await PersonModel.updateOne(
    { _id: personId },
    { phone: fields.seal(teacher.phone), phoneIndex: fields.index(teacher.phone) },
  )
  await expect(
    admin(appointStaff, { unitId: classId, ...teacher, loginName: 'takeover' }),
  ).rejects.toMatchObject({ status: 409 })
  expect(await PersonModel.exists({ loginName: 'takeover' })).toBeNull()
})
