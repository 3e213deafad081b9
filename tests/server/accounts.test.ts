import { expect, it } from 'vitest'
import { bindPhone, readMe, signInWithWechat, signOut, switchRole } from '#contract/accounts'
import { answerMatch, listMyMatches, readUnit } from '#contract/org'
import { answerConsent, readPrivacyText } from '#contract/privacy'
import { buildBranch, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PHONE = '13812345678'

async function signInAs(as: string) {
  const code = world.simulator().control.loginCode({ as })
  return world.withToken(null)(signInWithWechat, { code })
}

it('lets a mother in by WeChat, phone and her own yes, and shows her child', async () => {
  const { klass, school } = await buildBranch()
  const student = await buildStudent(klass, { name: '张三' })
  const guardianshipId = await buildListedGuardian(world, student, PHONE)
  const { control } = world.simulator()
  control.identity({ as: '张三妈妈', phone: PHONE })

  const first = await signInAs('张三妈妈')
  expect(first.me).toMatchObject({ maskedPhone: null, children: [], role: 'guardian' })
  const code = control.phoneCode({ as: '张三妈妈' })
  const bound = await world.withToken(first.token)(bindPhone, { code })
  expect(bound.me).toMatchObject({ maskedPhone: '138****5678', matchesWaiting: 1 })

  const phone = world.withToken(bound.token)
  expect((await phone(listMyMatches, {})).matches).toEqual([
    {
      guardianshipId,
      maskedStudentName: '张*',
      className: `七年级${klass.name}`,
      schoolName: school.name,
      relation: '妈妈',
    },
  ])
  await expect(phone(answerMatch, { guardianshipId, isMine: true })).rejects.toMatchObject({ status: 403 })
  await phone(answerConsent, { version: (await phone(readPrivacyText, {})).version, isGiven: true })
  await phone(answerMatch, { guardianshipId, isMine: true })
  await phone(answerMatch, { guardianshipId, isMine: true })
  expect((await phone(readMe, {})).children).toMatchObject([{ name: '张三', grade: 7 }])
})

it('refuses a login code the second time', async () => {
  const code = world.simulator().control.loginCode({ as: '李四爸爸' })
  await world.withToken(null)(signInWithWechat, { code })

  await expect(world.withToken(null)(signInWithWechat, { code })).rejects.toMatchObject({ status: 401 })
})

it('ends a session at once everywhere when it is signed out', async () => {
  const { token } = await signInAs('王五奶奶')
  await world.withToken(token)(signOut, {})

  await expect(world.withToken(token)(readMe, {})).rejects.toMatchObject({ status: 401 })
})

it('gives a parent who is no teacher no staff role', async () => {
  const { token } = await signInAs('赵六妈妈')

  await expect(world.withToken(token)(switchRole, { role: 'staff' })).rejects.toMatchObject({ status: 403 })
})

it('shows a district its schools and not those of the next district', async () => {
  const ours = await buildBranch()
  const theirs = await buildBranch({ city: ours.city })
  const admin = await buildStaff(ours.district, 'district_admin')
  const call = await world.as(admin, 'staff')

  const { unit, children } = await call(readUnit, { unitId: String(ours.district._id) })
  expect([unit.name, children.map((it) => it.name)]).toEqual([ours.district.name, [ours.school.name]])
  await expect(call(readUnit, { unitId: String(theirs.school._id) })).rejects.toMatchObject({ status: 404 })
})
