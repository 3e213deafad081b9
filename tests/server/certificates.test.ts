import jsqr from 'jsqr'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import {
  listCertificates,
  listMyCertificates,
  readCertificateCopies,
  readMyCertificate,
  revokeCertificate,
  verifyCertificate,
} from '#contract/certificates'
import { listLearnersOfClass, listProgrammes, readCompletion, readProgrammeOutline } from '#contract/courses'
import { recountFamilies } from '../../server/modules/courses/recount/service.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { openRedis } from '../../server/infra/redis.ts'
import { countCheck } from '../../server/modules/certificates/verify/service.ts'
import { freezeMissing } from '../../server/modules/certificates/jobs.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { pdfOf } from '../../server/modules/certificates/copies/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { buildContent, passAll, publish } from '../support/learning.ts'
import { certified } from '../support/certificates.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// Its typings describe the ES module, Node loads the other one.
const readQr = jsqr as unknown as typeof jsqr.default

const get = (path: string) => fetch(`${world.origin()}${path}`, { redirect: 'manual' })

it('gives the phone a PDF and a picture whose QR leads to the public page', async () => {
  const { call, id, certificate } = await certified(world)
  const { copies, verifyAddress } = await call(readMyCertificate, { certificateId: id })
  const pdf = await get(`/api${copies.pdf}`)
  const picture = await get(`/api${copies.picture}`)

  expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  expect(
    Buffer.from(await pdf.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  const bytes = Buffer.from(await picture.arrayBuffer())
  expect(bytes.length).toBeLessThanOrEqual(300_000)
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  expect(readQr(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(verifyAddress)
  expect(verifyAddress).toBe(`http://127.0.0.1:3000/verify/${certificate.number}`)
})

it('draws the same bytes from the same certificate', async () => {
  const { certificate } = await certified(world)
  const [first, second] = await Promise.all([1, 2].map(() => pdfOf(certificate, world.deps())))

  expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true)
})

it('makes the copies that a crash left out', async () => {
  const { id, call } = await certified(world)
  await CertificateModel.updateOne({ _id: id }, { pdf: null, picture: null })
  expect((await call(readMyCertificate, { certificateId: id })).copies).toEqual({ pdf: null, picture: null })
  await freezeMissing(world.deps())

  expect((await call(readMyCertificate, { certificateId: id })).copies.pdf).toContain('/certificates/')
})

it('opens no copy without a link of ours', async () => {
  const { call, id } = await certified(world)
  const { copies } = await call(readMyCertificate, { certificateId: id })
  const link = `/api${copies.pdf}`

  expect((await get(`/api/certificates/${id}/copies/pdf`)).status).toBe(403)
  expect((await get(link.replace(/sig=.{6}/, 'sig=AAAAAA'))).status).toBe(403)
  world.pass(11 * 60_000)
  expect((await get(link)).status).toBe(403)
})

it('shows anybody with the number a masked name and what can be compared', async () => {
  const { certificate, school } = await certified(world)
  const verified = await world.withToken(null)(verifyCertificate, {
    number: certificate.number.toLowerCase(),
  })
  expect(verified).toMatchObject({ schoolName: school.name, state: 'valid' })
  expect(verified.maskedHolder).toMatch(/^.\*+$/)
  expect(JSON.stringify(verified)).not.toContain('小明')

  const page = await (await get(`/verify/${certificate.number}`)).text()
  expect(page).toContain('有效')
  expect(page).toContain(`${school.name}家长学校`)
  expect(page).not.toContain('小明')
  expect(page).not.toContain(certificate.holder)
})

it('answers a wrong number, a form and a hostile one with a page', async () => {
  const [form, missing, hostile, sent] = await Promise.all([
    get('/verify'),
    get('/verify/LZ202600000027'),
    get(`/verify/${encodeURIComponent('"><script>alert(1)</script>')}`),
    get('/verify?number=LZ2026%200000001%205'),
  ])
  expect([form.status, missing.status, hostile.status, sent.status]).toEqual([200, 404, 404, 302])
  expect(await missing.text()).toContain('没有查到')
  expect(await hostile.text()).not.toContain('<script>')
  expect(sent.headers.get('location')).toBe('/verify/LZ2026%200000001%205')
})

it('says expired after the last day and revoked with a reason kept inside', async () => {
  const { certificate, school, id, call } = await certified(world)
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  world.goTo(`${certificate.validUntil}T16:01:00Z`)
  const state = async () =>
    (await world.withToken(null)(verifyCertificate, { number: certificate.number })).state
  expect(await state()).toBe('expired')

  world.goTo(certificate.issuedAt.toISOString())
  const again = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  await again(revokeCertificate, { certificateId: id, reason: '由他人代考' })
  expect(await state()).toBe('revoked')
  expect(await (await get(`/verify/${certificate.number}`)).text()).not.toContain('代考')
  expect((await call(listMyCertificates, {})).certificates[0]).toMatchObject({
    state: 'revoked',
    revokeReason: '由他人代考',
  })
  await expect(admin(revokeCertificate, { certificateId: id, reason: '再一次' })).rejects.toMatchObject({
    status: 409,
  })
})

it('lets sixty checks a minute through from one address', async () => {
  const check = async () => (await get('/verify/LZ202600000027')).status
  const statuses = await Promise.all(Array.from({ length: 70 }, check))
  expect([statuses.filter((it) => it === 404).length, statuses.filter((it) => it === 429).length]).toEqual([
    60, 10,
  ])
})

it('goes on answering, and counting, while Redis is away', async () => {
  const away = openRedis('redis://127.0.0.1:1', world.deps().log)
  const checks = await Promise.allSettled(Array.from({ length: 70 }, () => countCheck('203.0.113.9', away)))
  away.disconnect()

  const refused = checks.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))
  expect(refused).toHaveLength(10)
  expect(refused[0]).toMatchObject({ code: 'too_many', message: '查验得太频繁了，请一分钟后再试' })
})

it('lists a unit newest first, finds by number and name, and masks names for a city', async () => {
  const branch = await buildBranch()
  const first = await certified(world, { branch })
  const second = await certified(world, { branch })
  const other = await certified(world)
  const teacher = await world.as(await buildStaff(branch.klass, 'class_teacher'), 'staff')
  const city = await world.as(await buildStaff(branch.city, 'city_admin'), 'staff')
  const unitId = String(branch.school._id)

  const school = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  const page = await school(listCertificates, { unitId, limit: 1 })
  const rest = await school(listCertificates, { unitId, limit: 1, after: page.next ?? '' })
  expect([...page.certificates, ...rest.certificates].map((it) => it.id)).toEqual([second.id, first.id])
  expect([rest.next, page.counts]).toEqual([null, { valid: 2, expired: 0, revoked: 0 }])
  expect(page.certificates[0]).toMatchObject({
    studentName: '张小明',
    abilities: { revoke: true, open: true },
  })

  const found = await school(listCertificates, { unitId, search: first.certificate.number })
  expect(found.certificates.map((it) => it.id)).toEqual([first.id])
  expect((await school(listCertificates, { unitId, search: '张小' })).certificates).toHaveLength(2)
  expect((await school(listCertificates, { unitId, search: other.certificate.number })).certificates).toEqual(
    [],
  )
  expect((await school(listCertificates, { unitId, search: '.*' })).certificates).toEqual([])

  const masked = await city(listCertificates, { unitId })
  expect(masked.certificates[0]).toMatchObject({ studentName: '张**', abilities: { open: false } })
  await expect(city(readCertificateCopies, { certificateId: first.id })).rejects.toMatchObject({
    status: 403,
  })
  const copies = await teacher(readCertificateCopies, { certificateId: first.id })
  expect((await get(`/api${copies.pdf}`)).status).toBe(200)
  await expect(city(listCertificates, { unitId, search: '张' })).rejects.toMatchObject({ status: 403 })
  const own = await teacher(listCertificates, { unitId: String(branch.klass._id) })
  expect(own.certificates.map((it) => it.abilities.revoke)).toEqual([false, false])
})

it("neither shows nor revokes another school's certificate", async () => {
  const { id, school } = await certified(world)
  const { school: elsewhere } = await buildBranch()
  const admin = await world.as(await buildStaff(elsewhere, 'school_admin'), 'staff')

  await expect(admin(listCertificates, { unitId: String(school._id) })).rejects.toMatchObject({ status: 404 })
  for (const certificateId of [id, newId()]) {
    await expect(admin(revokeCertificate, { certificateId, reason: '试试' })).rejects.toMatchObject({
      status: 404,
      json: { error: { message: '没有这张绿证' } },
    })
  }
})

it('counts families of the starting grade and those that hold the certificate, down to who is missing', async () => {
  const { district, school, klass, student, personId } = await certified(world)
  const father = await world.as(await buildGuardian(world, student, { relation: '爸爸' }), 'guardian')
  await passAll(world, father)
  await buildStudent(klass, { name: '李小红' })
  const twin = await buildStudent(klass, { name: '张小亮' })
  await buildGuardian(world, twin, { personId })
  const admin = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')

  const code = 'grade7'
  const { total, rows } = await admin(readCompletion, { unitId: String(district._id), code })
  expect(total).toMatchObject({ families: 3, completed: 1 })
  expect(rows).toEqual([
    { unitId: String(school._id), kind: 'school', name: school.name, families: 3, completed: 1 },
  ])
  const { families } = await teacher(listLearnersOfClass, { classId: String(klass._id), code })
  expect(
    families.map((it) => [it.studentName, it.percent, it.hasJoined, Boolean(it.certificateNumber)]),
  ).toEqual([
    ['张小明', 100, true, true],
    ['李小红', null, false, false],
    ['张小亮', 100, true, true],
  ])
})

it('counts a twin who joined later, and a child where it is now, after the nightly recount', async () => {
  const { district, klass, student, personId } = await certified(world)
  const twin = await buildStudent(klass, { name: '张小亮' })
  await buildGuardian(world, twin, { personId })
  const { klass: next } = await buildBranch()
  await StudentModel.updateOne({ _id: student._id }, { classId: next._id, path: next.path })
  await Promise.all([recountFamilies(), recountFamilies()])

  const admin = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const { total } = await admin(readCompletion, { unitId: String(district._id), code: 'grade7' })
  expect(total).toMatchObject({ families: 1, completed: 1 })
  const elsewhere = await CertificateModel.findOne({ 'families.path': next.path }).lean()
  expect(elsewhere?.families).toHaveLength(2)
})

it('shows a class the programme of its grade first, whatever else there is', async () => {
  await publish(world, buildContent({ code: 'grade1', stage: '小学', forGrades: ['一年级'] }))
  await publish(world)
  const { district, klass } = await buildBranch()
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  const admin = await world.as(await buildStaff(district, 'district_admin'), 'staff')

  for (const [call, unit] of [
    [teacher, klass],
    [admin, district],
  ] as const) {
    const { programmes } = await call(listProgrammes, { unitId: String(unit._id) })
    expect(programmes.map((it) => [it.code, it.isTaughtHere])).toEqual([
      ['grade7', true],
      ['grade1', false],
    ])
  }
})

it('shows every programme to staff, and answers only to those who edit courses', async () => {
  await publish(world)
  const { school, klass } = await buildBranch()
  const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')

  const { programmes } = await teacher(listProgrammes, { unitId: String(klass._id) })
  expect(programmes).toMatchObject([{ code: 'grade7', lessons: 2, questions: 12, version: 1 }])
  const seen = await teacher(readProgrammeOutline, { unitId: String(klass._id), code: 'grade7' })
  expect([seen.answers, JSON.stringify(seen).includes('explanation')]).toEqual([null, false])
  const edited = await admin(readProgrammeOutline, { unitId: String(school._id), code: 'grade7' })
  expect([edited.answers?.bank.length, edited.answers?.quizzes.length]).toEqual([12, 2])
})
