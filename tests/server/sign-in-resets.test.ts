import { expect, it } from 'vitest'
import { beginTotp, confirmTotp, readMe, signInWithPassword } from '#contract/accounts'
import { resetSignIn } from '#contract/posts'
import { readPasswordLink, setPasswordByLink } from '#contract/sign-in'
import { generateSync } from 'otplib'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PASSWORD = '一个很长的密码 2026'
const NEW = '另一个很长很长的密码 2026'
const anybody = world.withToken(null)
const signIn = (password: string) => anybody(signInWithPassword, { loginName: 'liwen', password })

async function scene() {
  const branch = await buildBranch()
  const adminId = await buildStaff(branch.school, 'school_admin')
  const admin = await world.as(adminId, 'staff')
  const personId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  await PersonModel.updateOne(
    { _id: personId },
    { loginName: 'liwen', passwordHash: await hashPassword(PASSWORD) },
  )
  const address = { unitId: String(branch.klass._id), personId }
  const reset = async () => {
    const { link } = await admin(resetSignIn, { ...address, what: 'password' })
    return (link ?? '').split('#')[1] ?? ''
  }
  return { ...branch, admin, adminId, personId, address, reset }
}

it('ends every sign-in and the old password, and lets the person set a new one, once', async () => {
  const { reset, personId } = await scene()
  const { token } = await signIn(PASSWORD)
  const link = await reset()
  await expect(world.withToken(token)(readMe, {})).rejects.toMatchObject({ status: 401 })
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ status: 401 })

  expect(await anybody(readPasswordLink, { link })).toMatchObject({ name: '李文', loginName: 'liwen' })
  const stored = JSON.stringify(await PersonModel.findById(personId).lean())
  expect(stored).not.toContain(link.split('.')[1])
  const uses = await Promise.allSettled(
    [NEW, `${NEW}?`].map((newPassword) => anybody(setPasswordByLink, { link, newPassword })),
  )
  expect(uses.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  const winner = uses[0]?.status === 'fulfilled' ? NEW : `${NEW}?`
  expect((await signIn(winner)).me.name).toBe('李文')
  await expect(anybody(readPasswordLink, { link })).rejects.toMatchObject({
    status: 404,
    json: { error: { message: '这个链接已经用过或过期了，请找上级再要一个' } },
  })
})

it('lasts a day, and a newer link ends the older one', async () => {
  const { reset } = await scene()
  const older = await reset()
  const newer = await reset()
  await expect(anybody(readPasswordLink, { link: older })).rejects.toMatchObject({ status: 404 })
  world.pass(24 * 3_600_000 - 1000)
  await expect(anybody(readPasswordLink, { link: newer })).resolves.toBeTruthy()
  world.pass(2000)
  await expect(anybody(setPasswordByLink, { link: newer, newPassword: NEW })).rejects.toMatchObject({
    status: 404,
  })
})

it('is for somebody above all of their posts, and never for oneself', async () => {
  const { admin, adminId, address, district, school, klass, personId } = await scene()
  const order = { ...address, what: 'password' as const }
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  await expect(teacher(resetSignIn, order)).rejects.toMatchObject({ status: 403 })
  const elsewhere = await world.as(await buildStaff((await buildBranch()).school, 'school_admin'), 'staff')
  await expect(elsewhere(resetSignIn, order)).rejects.toMatchObject({ status: 404 })
  const own = { unitId: String(school._id), personId: adminId, what: 'password' as const }
  await expect(admin(resetSignIn, own)).rejects.toMatchObject({ status: 403 })

  // A second post in the district, even one that has not begun: the school may no longer take the account over.
  await PersonModel.updateOne(
    { _id: personId },
    {
      $push: {
        posts: {
          post: 'inspector',
          unitId: district._id,
          path: district.path,
          from: new Date(world.now().getTime() + 86_400_000),
        },
      },
    },
  )
  await expect(admin(resetSignIn, order)).rejects.toMatchObject({
    json: { error: { message: '这位老师在别处还有岗位，请找能管到全部岗位的上级办理' } },
  })
  const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  await expect(above(resetSignIn, order)).resolves.toBeTruthy()
})

it('helps who lost the authenticator, without touching the password', async () => {
  const { admin, address, personId } = await scene()
  const call = await world.as(personId, 'staff')
  const { secret } = await call(beginTotp, {})
  await call(confirmTotp, {
    totp: generateSync({ secret, epoch: Math.floor(world.now().getTime() / 1000) }),
  })
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ json: { error: { code: 'totp_needed' } } })
  expect(await admin(resetSignIn, { ...address, what: 'totp' })).toEqual({ link: null, expiresAt: null })
  await expect(call(readMe, {})).rejects.toMatchObject({ status: 401 })
  expect((await signIn(PASSWORD)).me.hasTotp).toBe(false)
})

it('is in the log, with what was refused at the door', async () => {
  const { reset, personId } = await scene()
  await signIn(PASSWORD)
  await signIn('wrong').catch(() => null)
  const link = await reset()
  await anybody(setPasswordByLink, { link, newPassword: NEW })
  const lines = await AuditModel.find({ $or: [{ personId }, { actorId: personId }] })
    .sort({ _id: 1 })
    .lean()
  expect(lines.map((it) => it.act)).toEqual([
    'signIn.console',
    'signIn.refused',
    'password.reset',
    'password.set',
  ])
  expect(lines.every((it) => it.path !== '')).toBe(true)
  expect(JSON.stringify(lines)).not.toContain(NEW)
})
