import { expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { appointStaff, endPost, listStaff, readClassCode, readUnit } from '#contract/org'
import { endPostById, listMyDeputies, nameDeputy } from '#contract/posts'
import { listMyMessages } from '#contract/notify'
import { shanghaiDay } from '../../server/infra/clock.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { classTeachersOf } from '../../server/modules/accounts/service.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const DAY = 86_400_000
const dayAt = (days: number) => shanghaiDay(new Date(world.now().getTime() + days * DAY))

async function giveHerPhone(personId: string, phone: string) {
  const { fields } = world.deps()
  await PersonModel.updateOne(
    { _id: personId },
    { phone: fields.seal(phone), phoneIndex: fields.index(phone) },
  )
}

/** A school with its administrator, a 班主任 who goes on leave, and a colleague. */
async function scene() {
  const branch = await buildBranch()
  const adminId = await buildStaff(branch.school, 'school_admin')
  const holderId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const colleagueId = await buildStaff(branch.school, 'teacher', { name: '王芳' })
  await giveHerPhone(colleagueId, '13700000201')
  const admin = await world.as(adminId, 'staff')
  const holder = await world.as(holderId, 'staff')
  const colleague = await world.as(colleagueId, 'staff')
  const classId = String(branch.klass._id)
  const mine = (await holder(readMe, {})).posts[0]
  const leave = {
    unitId: classId,
    personId: holderId,
    postId: mine?.postId ?? '',
    phone: '13700000201',
    fromOn: dayAt(0),
    toOn: dayAt(4),
  }
  return { ...branch, admin, adminId, holder, holderId, colleague, colleagueId, classId, leave }
}

it('holds the same post for the days of a leave, marked as deputy, and loses it by itself', async () => {
  const { holder, colleague, colleagueId, classId, leave } = await scene()
  await expect(colleague(readClassCode, { classId })).rejects.toMatchObject({ status: 403 })
  expect(await holder(nameDeputy, leave)).toEqual({ personId: colleagueId, name: '王芳' })

  expect((await colleague(readMe, {})).posts).toContainEqual(
    expect.objectContaining({ post: 'class_teacher', unitId: classId, isDeputy: true }),
  )
  await expect(colleague(readClassCode, { classId })).resolves.toBeTruthy()
  await expect(holder(readClassCode, { classId })).resolves.toBeTruthy()
  const teachers = await classTeachersOf([classId], world.now())
  expect(teachers.get(classId)).toEqual({ personId: colleagueId, name: '王芳（代）' })

  world.goTo(`${leave.toOn}T16:00:00Z`)
  await expect(colleague(readClassCode, { classId })).rejects.toMatchObject({ status: 403 })
  expect((await classTeachersOf([classId], world.now())).get(classId)?.name).toBe('李文')
})

it('cannot be passed on, given to oneself, or to somebody from outside', async () => {
  const { admin, adminId, holder, holderId, colleague, colleagueId, classId, leave } = await scene()
  const other = await buildBranch()
  await giveHerPhone(await buildStaff(other.school, 'teacher'), '13700000202')
  await giveHerPhone(holderId, '13700000203')
  await giveHerPhone(adminId, '13700000204')
  const refused = (call: typeof holder, phone: string) =>
    expect(call(nameDeputy, { ...leave, phone })).rejects
  await refused(holder, '13700000202').toMatchObject({ status: 404 })
  await refused(holder, '13700000203').toMatchObject({ status: 400 })
  await refused(admin, '13700000204').toMatchObject({ status: 403 })
  await refused(colleague, '13700000201').toMatchObject({ status: 403 })

  await admin(nameDeputy, leave)
  const deputy = (await colleague(readMe, {})).posts.find((it) => it.isDeputy)
  const passedOn = { ...leave, personId: colleagueId, postId: deputy?.postId ?? '', phone: '13700000203' }
  for (const call of [colleague, admin]) {
    await expect(call(nameDeputy, passedOn)).rejects.toMatchObject({
      status: 403,
      json: { error: { message: '代理的岗位不能再请别人代理，请找原来的老师' } },
    })
  }
  await expect(colleague(readUnit, { unitId: classId })).resolves.toBeTruthy()
})

it('is one at a time, also when two are named at once', async () => {
  const { admin, holder, school, leave } = await scene()
  await giveHerPhone(await buildStaff(school, 'teacher'), '13700000205')
  const named = await Promise.allSettled([
    holder(nameDeputy, leave),
    admin(nameDeputy, { ...leave, phone: '13700000205' }),
  ])
  expect(named.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await PersonModel.countDocuments({ 'posts.deputyForId': { $exists: true } })).toBe(1)
})

it.each([
  [{ fromOn: -1 }, '第一天不能早于今天'],
  [{ toOn: 300 }, '代理最长半年，更久请另外安排人'],
  [{ fromOn: 5, toOn: 3 }, '最后一天不能早于第一天'],
])('refuses a leave that cannot be: %o', async (days: { fromOn?: number; toOn?: number }, message) => {
  const { holder, leave } = await scene()
  const said = Object.fromEntries(Object.entries(days).map(([key, it]) => [key, dayAt(it)]))
  await expect(holder(nameDeputy, { ...leave, ...said })).rejects.toMatchObject({
    json: { error: { message } },
  })
})

it('ends when the holder is back, and with the post itself', async () => {
  const { admin, holder, holderId, colleague, colleagueId, classId, leave } = await scene()
  const deputyPost = async () => (await colleague(readMe, {})).posts.find((it) => it.isDeputy)
  await holder(nameDeputy, leave)
  const postId = (await deputyPost())?.postId ?? ''
  await holder(endPostById, { unitId: classId, personId: colleagueId, postId })
  expect(await deputyPost()).toBeUndefined()

  // The days that are left may be asked of somebody again.
  await holder(nameDeputy, leave)
  expect(await deputyPost()).toBeTruthy()
  const { staff } = await admin(listStaff, { unitId: classId })
  expect(staff).toContainEqual(expect.objectContaining({ name: '王芳', isDeputy: true, deputyFor: '李文' }))
  await admin(endPost, { unitId: classId, personId: holderId, post: 'class_teacher' })
  expect(await deputyPost()).toBeUndefined()
})

it('gives an administrator on leave a deputy who appoints, but not above themselves', async () => {
  const { admin, adminId, colleague, classId, school } = await scene()
  const mine = (await admin(readMe, {})).posts[0]
  const schoolId = String(school._id)
  await admin(nameDeputy, {
    unitId: schoolId,
    personId: adminId,
    postId: mine?.postId ?? '',
    phone: '13700000201',
    fromOn: dayAt(0),
    toOn: dayAt(3),
  })
  const newcomer = { name: '周宁', phone: '13700000301' }
  await colleague(appointStaff, { unitId: classId, ...newcomer, post: 'teacher' })
  await expect(
    colleague(appointStaff, { unitId: schoolId, ...newcomer, post: 'school_admin' }),
  ).rejects.toMatchObject({ status: 403 })
})

it('shows the holder who stands in, the deputy whose post it is, and tells the deputy once', async () => {
  const { holder, colleague, colleagueId, holderId, leave, klass } = await scene()
  const before = await holder(listMyDeputies, {})
  expect(before).toMatchObject({ posts: [{ deputy: null, abilities: { nameDeputy: true } }], held: [] })
  await holder(nameDeputy, leave)
  await expect(holder(nameDeputy, leave)).rejects.toMatchObject({ status: 409 })

  const { posts } = await holder(listMyDeputies, {})
  expect(posts).toMatchObject([
    { personId: holderId, deputy: { personId: colleagueId, name: '王芳', state: 'now' } },
  ])
  expect(posts[0]?.abilities.nameDeputy).toBe(false)
  const theirs = await colleague(listMyDeputies, {})
  expect(theirs.held).toMatchObject([{ post: 'class_teacher', unitName: klass.fullName, holder: '李文' }])
  // What a deputy holds is not theirs to pass on.
  expect(theirs.posts.map((it) => it.post)).toEqual(['teacher'])
  expect((await colleague(readMe, {})).posts).toContainEqual(
    expect.objectContaining({ isDeputy: true, deputyFor: '李文' }),
  )
  expect((await colleague(listMyMessages, {})).messages).toMatchObject([
    { title: '请您代理班主任', page: '/packages/teacher/leave/leave' },
  ])

  const deputy = posts[0]?.deputy
  await holder(endPostById, { unitId: leave.unitId, personId: colleagueId, postId: deputy?.postId ?? '' })
  expect((await holder(listMyDeputies, {})).posts).toMatchObject([
    { deputy: null, abilities: { nameDeputy: true } },
  ])
  expect((await colleague(listMyDeputies, {})).held).toEqual([])
})
