import { expect, it } from 'vitest'
import {
  listCertificates,
  listMyCertificates,
  readMyCertificate,
  replaceCertificate,
  revokeCertificate,
  verifyCertificate,
} from '#contract/certificates'
import { readMyProgramme } from '#contract/courses'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { remindOfExpiry } from '../../server/modules/certificates/expiry/service.ts'
import { reminderDue } from '../../server/modules/certificates/rules.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { certified } from '../support/certificates.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

it('replaces a certificate with a wrong name: linked numbers, the same end, one that holds', async () => {
  const { id, certificate, call, school } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const said = { certificateId: id, reason: '持证人姓名打错', holder: '章伟' }

  const { id: newId, number } = await admin(replaceCertificate, said)

  const mine = await call(listMyCertificates, {})
  expect(mine.certificates.map((it) => [it.id, it.state, it.holder])).toEqual([
    [newId, 'valid', '章伟'],
    [id, 'revoked', certificate.holder],
  ])
  expect(mine.certificates[1]?.supersededBy).toEqual({ id: newId, number, why: 'corrected' })
  expect(mine.certificates[0]).toMatchObject({
    supersedes: certificate.number,
    validUntil: certificate.validUntil,
  })
  const { certificate: now } = await call(readMyProgramme, { code: 'grade7' })
  expect(now).toMatchObject({ id: newId, state: 'valid' })
  const fresh = await CertificateModel.findById(newId).lean()
  expect([fresh?.pdf?.length, fresh?.picture?.length]).toEqual([64, 64])
})

it('tells strangers that an old number was replaced, and never by which', async () => {
  const { id, certificate, school } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const { number } = await admin(replaceCertificate, { certificateId: id, reason: '姓名', holder: '章伟' })

  const found = await world.withToken(null)(verifyCertificate, { number: certificate.number })
  expect([found.state, found.isReplaced]).toEqual(['revoked', true])
  expect(JSON.stringify(found)).not.toContain(number)
  const page = await (await fetch(`${world.origin()}/verify/${certificate.number}`)).text()
  expect(page).toContain('已换发')
  expect(page).not.toContain(number)
})

it('replaces once, however many ask at the same moment', async () => {
  const { id, school } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const answers = await Promise.allSettled(
    ['甲', '乙', '丙', '丁'].map((holder) =>
      admin(replaceCertificate, { certificateId: id, reason: '姓名', holder }),
    ),
  )

  expect(answers.filter((it) => it.status === 'fulfilled')).toHaveLength(1)
  const refused = answers.flatMap((it) => (it.status === 'rejected' ? [it.reason as { status: number }] : []))
  expect(refused.map((it) => it.status)).toEqual([409, 409, 409])
  expect(await CertificateModel.countDocuments({ status: 'valid' })).toBe(1)
  const serials = (await CertificateModel.find().lean()).map((it) => it.serial).sort()
  expect(serials).toEqual([1, 2])
})

it('refuses a correction that corrects nothing, or gives no reason, and changes nothing', async () => {
  const { id, school } = await certified(world)
  const token = await world.tokenOf(await buildStaff(school, 'school_admin'), 'staff')
  for (const [said, message] of [
    [{ reason: '姓名' }, '名字和原来一样，不用换发'],
    [{ reason: ' ', holder: '章伟' }, '请填写换发原因'],
    [{ reason: '姓名', holder: { $ne: null } }, '请填写持证人姓名'],
  ] as const) {
    const answer = await world.send(token, 'POST', `/api/certificates/${id}/replacement`, said)
    expect([answer.status, await answer.json()]).toEqual([400, { error: { code: 'invalid', message } }])
  }
  expect(await CertificateModel.countDocuments({})).toBe(1)
})

it('lets neither the city, which sees no names, nor another school replace', async () => {
  const { id, city, klass } = await certified(world)
  const { school: elsewhere } = await buildBranch()
  const said = { certificateId: id, reason: '姓名', holder: '章伟' }
  for (const [unit, post, status] of [
    [city, 'city_admin', 403],
    [klass, 'class_teacher', 403],
    [elsewhere, 'school_admin', 404],
  ] as const) {
    const call = await world.as(await buildStaff(unit, post), 'staff')
    await expect(call(replaceCertificate, said)).rejects.toMatchObject({ status })
  }
})

it('says in the register what became of each number', async () => {
  const { id, certificate, school } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  await admin(replaceCertificate, { certificateId: id, reason: '姓名', holder: '章伟' })

  const { certificates, counts } = await admin(listCertificates, { unitId: String(school._id) })
  expect(certificates.map((it) => [it.abilities.replace, it.supersededBy?.why ?? null])).toEqual([
    [true, null],
    [false, 'corrected'],
  ])
  expect(certificates[0]?.supersedes).toBe(certificate.number)
  expect(counts).toEqual({ valid: 1, expired: 0, revoked: 1 })
  await expect(admin(revokeCertificate, { certificateId: id, reason: '再撤' })).rejects.toMatchObject({
    status: 409,
  })
})

it('reminds 30, 7 and 1 days before the end, once each, however often the job runs', async () => {
  const { certificate, personId } = await certified(world)
  const reminders = async () =>
    (await OutboxModel.find({ kind: 'certificateExpiry' }).lean()).map((it) => it._id.split(':').at(-1))
  for (const day of ['2029-07-31', '2029-08-01', '2029-08-02', '2029-08-24', '2029-08-25', '2029-08-30']) {
    world.goTo(`${day}T02:00:00Z`)
    await Promise.all([remindOfExpiry(world.deps()), remindOfExpiry(world.deps())])
  }

  expect(certificate.validUntil).toBe('2029-08-31')
  expect((await reminders()).sort()).toEqual(['1', '30', '7'])
  const [first] = await OutboxModel.find({ kind: 'certificateExpiry' }).sort({ showAt: 1 }).lean()
  expect([String(first?.personId), first?.text]).toEqual([
    personId,
    expect.stringContaining('2029年8月31日到期，还有30天'),
  ])
  world.goTo('2029-09-02T02:00:00Z')
  await remindOfExpiry(world.deps())
  expect(await reminders()).toHaveLength(3)
})

it.each([
  [31, null, null],
  [30, null, 30],
  [12, null, 30],
  [12, 30, null],
  [7, 30, 7],
  [3, 30, 7],
  [1, 7, 1],
  [0, 1, null],
  [0, null, 1],
  [-1, null, null],
])('with %i days left, after the reminder of %s, gives the one of %s', (left, reminded, due) => {
  expect(reminderDue(left, reminded)).toBe(due)
})

it('shows the copies of the new certificate to its holder', async () => {
  const { id, call, school } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const replaced = await admin(replaceCertificate, {
    certificateId: id,
    reason: '姓名',
    studentName: '张晓明',
  })
  const seen = await call(readMyCertificate, { certificateId: replaced.id })

  expect(seen.certificate.studentName).toBe('张晓明')
  expect(seen.copies.pdf).toContain(replaced.id)
  expect(seen.badge).toContain('/badge')
  expect((await call(readMyCertificate, { certificateId: id })).badge).toBeNull()
})
