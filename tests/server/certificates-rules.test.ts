import { describe, expect, it } from 'vitest'
import { beginPrinting, listMyCertificates, listPrintings, readMyCertificate } from '#contract/certificates'
import {
  answerQuiz,
  beginRenewal,
  readMyProgramme,
  readRelease,
  releaseCertificates,
  remindLearners,
} from '#contract/courses'
import { listMyTodos } from '#contract/home'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { StandingModel } from '../../server/modules/audit/approvals/model.ts'
import { standingOf } from '../../server/modules/audit/approvals/service.ts'
import { certifyPassed } from '../../server/modules/courses/certifying/service.ts'
import { RenewalModel } from '../../server/modules/courses/renewals/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { sit, studyAndSit, withRules } from '../support/certifying.ts'
import { buildContent, correctQuiz, publish, studyAll, watchLesson } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const CODE = 'grade7'
const RENEWAL = { opensDaysBefore: 60, lessons: ['lesson-1'], draw: 3, passPercent: 60, minutesLimit: 10 }
const YEARLY = { until: 'years' as const, years: 1, text: '一年内有效。' }

describe('one certificate for a family', () => {
  it('goes to whoever passes first and is the other guardian’s too', async () => {
    const { call, student } = await withRules(world, { per: 'family' })
    const father = await world.as(await buildGuardian(world, student, { relation: '爸爸' }), 'guardian')
    const [first, second] = [await studyAndSit(world, call), await studyAndSit(world, father)]

    expect(second.certificateId).toBe(first.certificateId)
    expect(await CertificateModel.countDocuments({})).toBe(1)
    for (const parent of [call, father]) {
      const { certificates } = await parent(listMyCertificates, {})
      expect(certificates.map((it) => [it.id, it.isFamily])).toEqual([[first.certificateId, true]])
      expect(
        (await parent(readMyCertificate, { certificateId: first.certificateId ?? '' })).copies.pdf,
      ).not.toBeNull()
    }
  })

  it('is one where both pass at the same moment, and one each where the rule says so', async () => {
    for (const [per, count] of [
      ['family', 1],
      ['guardian', 2],
    ] as const) {
      await CertificateModel.deleteMany({})
      const { call, student } = await withRules(world, { per })
      const father = await world.as(await buildGuardian(world, student), 'guardian')
      await Promise.all([studyAll(world, call), studyAll(world, father)])
      await Promise.all([sit(call), sit(father)])
      expect(await CertificateModel.countDocuments({ status: 'valid' })).toBe(count)
    }
  })
})

describe('renewing', () => {
  async function held() {
    world.goTo('2026-11-29T02:00:00Z')
    const scene = await withRules(world, { renewal: RENEWAL }, YEARLY)
    await studyAndSit(world, scene.call)
    const certificate = await CertificateModel.findOne().lean()
    return { ...scene, certificate }
  }

  it('opens sixty days before the end, and not a day sooner', async () => {
    const { call, certificate, personId } = await held()
    expect(certificate?.validUntil).toBe('2027-11-28')
    const renewal = async (parent = call) => (await parent(readMyProgramme, { code: CODE })).renewal
    expect(await renewal()).toEqual({ state: 'later', opensOn: '2027-09-29', lessons: 1 })
    world.goTo('2027-09-28T10:00:00Z')
    const then = await world.as(personId, 'guardian')
    await expect(then(beginRenewal, { code: CODE })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '还没到续证的时候，9月29日(周三)起可以续证' } },
    })
    world.goTo('2027-09-28T16:00:01Z')
    expect((await renewal(await world.as(personId, 'guardian')))?.state).toBe('open')
    const { todos } = await (await world.as(personId, 'guardian'))(listMyTodos, {})
    expect(todos.map((it) => it.title)).toContain('绿证快到期了，可以续证')
  })

  it('is a shorter way whose certificate takes the place of the old one, linked both ways', async () => {
    const { certificate, personId } = await held()
    world.goTo('2027-10-10T02:00:00Z')
    const call = await world.as(personId, 'guardian')
    const begun = await Promise.all([1, 2, 3].map(() => call(beginRenewal, { code: CODE })))
    expect(await RenewalModel.countDocuments({})).toBe(1)
    expect(begun[0]).toMatchObject({
      renewal: { state: 'begun' },
      exam: { state: 'locked', rules: { draw: 3 } },
    })
    expect(begun[0]?.lessons.map((it) => [it.title, it.isWatched])).toEqual([['第2课', false]])

    const lessonId = begun[0]?.lessons[0]?.id ?? ''
    await watchLesson(world, call, lessonId)
    await call(answerQuiz, { lessonId, answers: await correctQuiz(lessonId) })
    const result = await sit(call)

    expect([result.outcome, result.total]).toEqual(['passed', 3])
    const [fresh, old] = (await call(listMyCertificates, {})).certificates
    expect([fresh?.state, fresh?.supersedes, fresh?.validUntil]).toEqual([
      'valid',
      certificate?.number,
      '2028-10-09',
    ])
    expect([old?.state, old?.supersededBy?.why, old?.supersededBy?.number]).toEqual([
      'revoked',
      'renewed',
      fresh?.number,
    ])
    const after = await call(readMyProgramme, { code: CODE })
    expect([after.percent, after.renewal?.state, after.lessons.length]).toEqual([100, 'later', 2])
    // The next year again.
    world.goTo('2028-10-20T02:00:00Z')
    const later = await world.as(personId, 'guardian')
    const again = await later(beginRenewal, { code: CODE })
    expect([again.renewal?.state, again.lessons[0]?.isWatched, again.exam.state]).toEqual([
      'begun',
      false,
      'locked',
    ])
  })

  it('stays open after the end', async () => {
    const { personId } = await held()
    world.goTo('2028-03-01T02:00:00Z')
    const call = await world.as(personId, 'guardian')
    expect((await call(listMyCertificates, {})).certificates[0]?.state).toBe('expired')
    expect((await call(beginRenewal, { code: CODE })).renewal?.state).toBe('begun')
  })

  it('and the rest of a certificate’s rules may stand in the content files', async () => {
    const certificate = { per: 'family', issuedBy: 'system', renewal: RENEWAL } as const
    world.goTo('2026-11-29T02:00:00Z')
    await publish(world, buildContent({ certificate, validity: YEARLY }))
    const student = await buildStudent((await buildBranch()).klass)
    const call = await world.as(await buildGuardian(world, student), 'guardian')
    await studyAndSit(world, call)
    world.goTo('2027-11-20T02:00:00Z')
    const later = await world.as(await buildGuardian(world, student, { relation: '爸爸' }), 'guardian')
    expect(await later(readMyProgramme, { code: CODE })).toMatchObject({ isForFamily: true })
    expect((await CertificateModel.findOne().lean())?.validUntil).toBe('2027-11-28')
  })

  it('is not offered where the programme has no shorter way', async () => {
    const { call } = await withRules(world)
    await studyAndSit(world, call)
    expect((await call(readMyProgramme, { code: CODE })).renewal).toBeNull()
    await expect(call(beginRenewal, { code: CODE })).rejects.toMatchObject({ status: 409 })
  })
})

describe('a school that issues together', () => {
  it('gives its word once for all who have passed, and to nobody else', async () => {
    const scene = await withRules(world, { issuedBy: 'school' })
    const { call, admin, school, klass } = scene
    const other = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    const results = [await studyAndSit(world, call), await studyAndSit(world, other)]
    expect(results.map((it) => [it.certificateId, it.awaits])).toEqual([
      [null, 'school'],
      [null, 'school'],
    ])
    expect((await call(readMyProgramme, { code: CODE })).isIssuedBySchool).toBe(true)
    const unitId = String(school._id)
    expect(await admin(readRelease, { unitId, code: CODE })).toMatchObject({ waiting: 2, issuing: 0 })
    await certifyPassed(world.deps())
    expect(await CertificateModel.countDocuments({})).toBe(0)

    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    await expect(
      teacher(releaseCertificates, { unitId: String(klass._id), code: CODE }),
    ).rejects.toMatchObject({
      status: 403,
    })
    await Promise.all([1, 2].map(() => admin(releaseCertificates, { unitId, code: CODE })))
    await expect
      .poll(async () => (await admin(readRelease, { unitId, code: CODE })).issuing, { timeout: 20_000 })
      .toBe(0)
    expect((await CertificateModel.find().lean()).map((it) => it.serial).sort()).toEqual([1, 2])
    await certifyPassed(world.deps())
    expect(await CertificateModel.countDocuments({})).toBe(2)
  })

  it('prints a class as one PDF, in the background, and keeps it for a week', async () => {
    const { call, school, klass, admin } = await withRules(world)
    const other = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    await studyAndSit(world, call)
    await studyAndSit(world, other)
    const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
    const said = { unitId: String(klass._id), code: CODE, requestId: 'printing-1' }
    const begun = await Promise.all([1, 2].map(() => principal(beginPrinting, said)))
    expect(new Set(begun.map((it) => it.id)).size).toBe(1)

    const latest = async () => (await principal(listPrintings, { unitId: said.unitId })).printings[0]
    await expect.poll(async () => (await latest())?.status, { timeout: 20_000 }).toBe('done')
    const done = await latest()
    expect([done?.total, done?.done]).toEqual([2, 2])
    const file = await fetch(`${world.origin()}/api${done?.link ?? ''}`)
    const text = Buffer.from(await file.arrayBuffer()).toString('latin1')
    expect([file.status, text.slice(0, 5), text.match(/\/Type \/Page\b/g)?.length]).toEqual([200, '%PDF-', 2])
    await standingOf(String(school._id), school.path)
    await StandingModel.updateMany({}, { to: new Date(0) })
    // Names leave the house: without an approval of a responsible person there is no file.
    await expect(admin(beginPrinting, { ...said, requestId: 'printing-2' })).rejects.toMatchObject({
      status: 403,
    })
    await expect(
      principal(beginPrinting, { ...said, unitId: String(school._id), requestId: 'printing-3' }),
    ).rejects.toMatchObject({ status: 400 })
    world.pass(8 * 86_400_000)
    const { forgetOld } = await import('../../server/modules/certificates/printing/service.ts')
    await forgetOld(world.deps())
    expect(
      (
        await (
          await world.as(await buildStaff(school, 'principal'), 'staff')
        )(listPrintings, { unitId: said.unitId })
      ).printings,
    ).toEqual([])
  })
})

it('reminds who is missing, once in two hours whoever presses, and says how many WeChat reaches', async () => {
  const { call, klass, teacher, admin, school } = await withRules(world)
  await studyAndSit(world, call)
  const behind = await buildStudent(klass, { name: '李小红' })
  const personId = await buildGuardian(world, behind)
  await buildStudent(klass, { name: '没有家长加入' })
  const said = { unitId: String(klass._id), code: CODE }

  const answers = await Promise.allSettled([teacher(remindLearners, said), teacher(remindLearners, said)])
  expect(answers.filter((it) => it.status === 'fulfilled')).toEqual([
    { status: 'fulfilled', value: { families: 2, guardians: 1, reachable: 0 } },
  ])
  await expect(admin(remindLearners, { ...said, unitId: String(school._id) })).rejects.toMatchObject({
    status: 429,
  })
  const sent = await OutboxModel.find({ kind: 'studyReminder' }).lean()
  expect(sent.map((it) => [String(it.personId), it.text])).toEqual([
    [personId, expect.stringContaining('李小红的家长，您好')],
  ])
  world.pass(2 * 3_600_000 + 1_000)
  const later = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  expect((await later(remindLearners, said)).families).toBe(2)
  expect(await OutboxModel.countDocuments({ kind: 'studyReminder' })).toBe(2)
})
