import { beforeEach, describe, expect, it } from 'vitest'
import { askApproval, decideApproval } from '#contract/audit'
import { barGuardian, dismissBar } from '#contract/families'
import { listDuties } from '#contract/home'
import { listMyMessages } from '#contract/notify'
import { askToJoin } from '#contract/org'
import { proposeTransfer } from '#contract/transfers'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { BarModel } from '../../server/modules/org/families/bars/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))
const as = (personId: string) => world.as(personId, 'staff')
const heard = async (personId: string) =>
  (await (await as(personId))(listMyMessages, {})).messages.map((it) => it.title)

async function scene() {
  const branch = await buildBranch()
  const student = await buildStudent(branch.klass, { name: '张三' })
  const fatherId = await buildGuardian(world, student, { relation: '爸爸' })
  const teacherId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const principalId = await buildStaff(branch.school, 'principal', { name: '周明' })
  const officeId = await buildStaff(branch.school, 'school_admin', { name: '许静' })
  const districtId = await buildStaff(branch.district, 'district_admin', { name: '陈立' })
  const bond = await GuardianshipModel.findOne({ personId: fatherId }).lean()
  const about = { studentId: String(student._id), guardianshipId: String(bond?._id) }
  return { ...branch, student, fatherId, teacherId, principalId, officeId, districtId, about }
}

describe('a request for approval', () => {
  it('reaches the responsible person, once, and the answer reaches who asked', async () => {
    const { klass, teacherId, principalId, officeId, districtId } = await scene()
    const teacher = await as(teacherId)
    const ask = { unitId: String(klass._id), kind: 'exports' as const, words: '家长会签到' }
    const [{ id }] = await Promise.all([teacher(askApproval, ask), teacher(askApproval, ask)])
    expect(await heard(principalId)).toEqual(['有人申请导出名单，等您审批'])
    // The school answers for itself: neither its office, which makes lists, nor the district is rung up.
    expect([...(await heard(officeId)), ...(await heard(districtId))]).toEqual([])

    await (
      await as(principalId)
    )(decideApproval, { approvalId: id, approve: true })
    const { messages } = await teacher(listMyMessages, {})
    expect(messages).toMatchObject([{ title: '您申请的导出名单同意了' }])
    expect(messages[0]?.text).toContain('24小时内有效')
  })

  it('goes to the one above where the asker answers for the unit, and says why it was refused', async () => {
    const { school, principalId, districtId } = await scene()
    const principal = await as(principalId)
    const { id } = await principal(askApproval, {
      unitId: String(school._id),
      kind: 'exports',
      words: '上报',
    })
    expect(await heard(principalId)).toEqual([])
    expect(await heard(districtId)).toEqual(['有人申请导出名单，等您审批'])
    await (
      await as(districtId)
    )(decideApproval, { approvalId: id, approve: false, words: '用途不清楚' })
    const { messages } = await principal(listMyMessages, {})
    expect(messages[0]).toMatchObject({ title: '您申请的导出名单没有同意' })
    expect(messages[0]?.text).toContain('说明：用途不清楚')
  })
})

describe('a request to bar a guardian', () => {
  it('reaches the school once, and the 班主任 hears that it was done', async () => {
    const { teacherId, principalId, officeId, fatherId, about } = await scene()
    const teacher = await as(teacherId)
    await teacher(barGuardian, { ...about, document: '（2026）云01民初1号' })
    await teacher(barGuardian, { ...about, document: '（2026）云01民初1号' })
    for (const personId of [principalId, officeId]) {
      expect(await heard(personId)).toEqual(['有一件家庭的事请您办理'])
    }
    await (
      await as(officeId)
    )(barGuardian, { ...about, document: '（2026）云01民初1号' })
    expect(await heard(teacherId)).toEqual(['您提请的限制办好了'])
    const father = await world.as(fatherId, 'guardian')
    expect((await father(listMyMessages, {})).messages).toEqual([])
  })

  it('that is not followed is answered too', async () => {
    const { teacherId, officeId, about } = await scene()
    await (
      await as(teacherId)
    )(barGuardian, { ...about, document: '家属口头告知' })
    const bar = await BarModel.findOne({ status: 'asked' }).lean()
    await (
      await as(officeId)
    )(dismissBar, { studentId: about.studentId, barId: String(bar?._id) })
    expect(await heard(teacherId)).toEqual(['您提请的限制没有办理'])
  })
})

describe('what waits', () => {
  it('is counted for whoever may deal with it, at the unit they look at', async () => {
    const { klass, school, district, city, teacherId, principalId, officeId, about, student } = await scene()
    const other = await buildBranch({ city, district })
    await (
      await as(teacherId)
    )(barGuardian, { ...about, document: '裁定书' })
    await (
      await as(teacherId)
    )(askApproval, { unitId: String(klass._id), kind: 'names', words: '核对' })
    const from = { studentId: String(student._id), toSchoolId: String(other.school._id) }
    await (
      await as(officeId)
    )(proposeTransfer, from)
    const person = await PersonModel.create({ wxOpenId: 'o-waits' })
    const guardian = await world.as(String(person._id), 'guardian')
    const join = { studentName: '张三', guardianName: '刘洋', relation: '妈妈' }
    await guardian(askToJoin, { ...join, code: klass.joinCode ?? '' })

    const duties = async (personId: string, unitId: unknown) =>
      (await (await as(personId))(listDuties, { unitId: String(unitId) })).duties
    expect(await duties(principalId, school._id)).toEqual([
      { kind: 'joins', count: 1 },
      { kind: 'bars', count: 1 },
      { kind: 'approvals', count: 1 },
    ])
    expect(await duties(teacherId, klass._id)).toEqual([{ kind: 'joins', count: 1 }])
    const receiving = await buildStaff(other.school, 'school_admin')
    expect(await duties(receiving, other.school._id)).toEqual([{ kind: 'transfers', count: 1 }])
    await expect(duties(receiving, school._id)).rejects.toMatchObject({ status: 404 })
  })
})
