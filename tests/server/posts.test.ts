import { expect, it } from 'vitest'
import { readMe, signInWithPassword } from '#contract/accounts'
import { appointStaff, endPost, listStaff } from '#contract/org'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
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
