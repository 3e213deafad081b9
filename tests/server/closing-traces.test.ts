import sharp from 'sharp'
import { beforeEach, expect, it } from 'vitest'
import { handOverPrimary, inviteGuardian, reportGuardian } from '#contract/families'
import type { LetterForm } from '#contract/letter-form'
import { answerMyLetter, objectToMyLetter, openMyLetter } from '#contract/letters'
import { askToJoin, decideJoin, listJoins } from '#contract/org'
import { askDeletion } from '#contract/privacy'
import { answerMySurvey } from '#contract/surveys'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { RenewalModel } from '../../server/modules/courses/renewals/model.ts'
import { ReflectionModel } from '../../server/modules/courses/reflections/model.ts'
import { rate } from '../../server/modules/courses/schools/ratings/service.ts'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { BarModel } from '../../server/modules/org/families/bars/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { hold } from '../../server/modules/safety/service.ts'
import { SurveyResultModel } from '../../server/modules/surveys/model.ts'
import { buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { withRules } from '../support/certifying.ts'
import { answersOf, openedSurvey } from '../support/surveys.ts'
import { sendLetter, tick } from '../support/letters.ts'
import { filesOf, placesOf, redisPlacesOf, sealedPlacesOf } from '../support/traces.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const NAME = '刘洋洋'
const PHONE = '13977005678'
/** What she wrote in one place and another. */
const WORDS = ['花生过敏', '我认不得这个人', '想多陪陪孩子', '爷爷来接', '去年摔过一跤']
const WEEK = 7 * 24 * 60 * 60_000

const FORM: LetterForm = {
  answeredBy: 'each',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
    { code: 'phone', label: '当天的手机', type: 'phone', required: true },
    { code: 'note', label: '要告诉老师的', type: 'text', required: false, maxLength: 50 },
  ],
}

const PHOTO: LetterForm = {
  answeredBy: 'any',
  fields: [{ code: 'note', label: '病历', type: 'picture', required: true }],
}

/** A mother with two children who has been everywhere. */
async function scene() {
  const built = await withRules(world, { evidence: { what: '参加一次家长会', ways: ['checkIn', 'upload'] } })
  const { personId, studentId, student, klass, school, teacher } = built
  const { fields } = world.deps()
  const phone = { phone: fields.seal(PHONE), phoneIndex: fields.index(PHONE) }
  await PersonModel.updateOne({ _id: personId }, { ...phone, name: NAME })
  await GuardianshipModel.updateOne({ personId }, { ...phone, name: NAME, isPrimary: true })
  const father = await buildGuardian(world, student, { relation: '爸爸' })
  const office = await buildStaff(school, 'school_admin')
  const her = await world.as(personId, 'guardian')
  const him = await world.as(father, 'guardian')
  const bondOf = async (id: string) => String((await GuardianshipModel.findOne({ personId: id }).lean())?._id)
  return { ...built, klass, office, her, him, teacher, studentId, personId, father, bondOf }
}
type Scene = Awaited<ReturnType<typeof scene>>

/** In the family: who has seen her name because of her, and what she has said of others. */
async function inTheFamily({ klass, her, him, teacher, studentId, personId, father, bondOf }: Scene) {
  const brother = await buildStudent(klass, { name: '张小亮' })
  const asking = { code: klass.joinCode ?? '', studentName: '张小亮', guardianName: NAME, relation: '妈妈' }
  await her(askToJoin, asking)
  await her(askToJoin, { ...asking, studentName: '张小光' })
  const { joins } = await teacher(listJoins, { unitId: String(klass._id) })
  const joinOf = (name: string) => joins.find((it) => it.studentName === name)?.id ?? ''
  const yes = { approve: true, studentId: String(brother._id) }
  await teacher(decideJoin, { joinId: joinOf('张小亮'), ...yes })
  await teacher(decideJoin, { joinId: joinOf('张小光'), approve: false, reason: '没有这个孩子' })
  await him(reportGuardian, { studentId, guardianshipId: await bondOf(personId), reason: WORDS[1] ?? '' })
  await her(reportGuardian, { studentId, guardianshipId: await bondOf(father), reason: WORDS[1] ?? '' })
  await her(inviteGuardian, { studentId })
  await her(handOverPrimary, { studentId, guardianshipId: await bondOf(father) })
  await him(handOverPrimary, { studentId, guardianshipId: await bondOf(personId) })
  await her(handOverPrimary, { studentId, guardianshipId: await bondOf(father) })
  const barred = { personId, phoneIndex: world.deps().fields.index(PHONE), name: NAME, relation: '妈妈' }
  await BarModel.create({
    ...barred,
    studentId: newId(),
    guardianshipId: newId(),
    because: 'court',
    status: 'lifted',
  })
}

/** With the school: a form, a survey before a course, a picture as proof, stars, what she wrote of a lesson. */
async function withTheSchool({ her, office, school, klass, studentId, personId, programme }: Scene) {
  const letter = await sendLetter(world, office, school, { audience: [klass], form: FORM })
  await tick(world)
  const said = { studentId, letterId: letter.id }
  await her(openMyLetter, said)
  const answers = [
    { code: 'join', value: ['参加'] },
    { code: 'phone', value: PHONE },
    { code: 'note', value: WORDS[3] ?? '' },
  ]
  await her(answerMyLetter, { ...said, answers })
  await her(answerMyLetter, {
    ...said,
    answers: [...answers.slice(0, 2), { code: 'note', value: WORDS[0] ?? '' }],
  })
  const trip = await sendLetter(world, office, school, { audience: [klass] })
  await her(objectToMyLetter, { studentId, letterId: trip.id, reason: '天冷' })
  await her(objectToMyLetter, { studentId, letterId: trip.id, reason: WORDS[4] ?? '' })
  const note = await sendLetter(world, office, school, { audience: [klass], form: PHOTO })
  await sendPicture(personId, studentId, '#3cc', `/letters/${note.id}/pictures?request=request-of-hers`)
  const surveyId = await openedSurvey(world, office, school, { wave: 'before' })
  await her(answerMySurvey, { studentId, surveyId, answers: await answersOf(surveyId, 3) })
  await sendPicture(personId, studentId, '#aac')
  await sendPicture(personId, studentId, '#caa')
  await rate({ activityId: klass._id, lecturerId: klass._id, personId }, 4)
  await ReflectionModel.create({
    ...{ personId, programmeCode: 'grade7', lessonCode: 'l1', lessonId: newId(), medium: 'discussion' },
    ...{ isShared: false, status: 'waiting', savedAt: world.now() },
    sealedText: world.deps().fields.seal(WORDS[2] ?? ''),
  })
  await hold(
    {
      ...{
        kind: 'reply',
        about: { title: '春游', page: 'pages/home/home' },
        subject: 'a-line',
        personId,
        path: klass.path,
        because: 'doubt',
      },
      ...{ who: NAME, texts: [WORDS[1] ?? ''] },
    },
    world.now(),
    world.deps(),
  )
  await RenewalModel.create({
    ...{ personId, programmeCode: 'grade7', programmeId: programme._id, certificateId: newId() },
    ...{ lessonIds: [], startedAt: world.now() },
  })
}

/** A picture as proof, or for a question of a letter. */
async function sendPicture(personId: string, studentId: string, background: string, ofLetter?: string) {
  const body = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
    .jpeg()
    .toBuffer()
  const path = ofLetter
    ? `/api/me/children/${studentId}${ofLetter}`
    : `/api/me/programmes/grade7/evidence-picture?studentId=${studentId}`
  const token = await world.tokenOf(personId, 'guardian')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' }
  const answer = await fetch(world.origin() + path, { method: 'POST', headers, body: new Uint8Array(body) })
  expect(answer.status).toBe(200)
}

it('leaves no trace of who closes the account, wherever they were (S12)', async () => {
  const at = await scene()
  await inTheFamily(at)
  await withTheSchool(at)
  const all = [NAME, PHONE, world.deps().fields.index(PHONE), ...WORDS]
  expect((await placesOf(all)).length).toBeGreaterThan(4)
  expect((await sealedPlacesOf(all, world)).sort()).toEqual([
    'Answer.earlier',
    'Answer.sealedPhones',
    'Content.sealedText',
    'Content.sealedWho',
    'Guardianship.phone',
    'Objection.sealedReason',
    'Person.phone',
    'Reflection.sealedText',
  ])
  // The second picture of proof took the place of the first; one stands below a letter.
  expect(await filesOf(world)).toHaveLength(2)

  await at.her(askDeletion, {})
  world.pass(WEEK + 1000)
  await closeDue(world.deps())

  expect(await placesOf(all)).toEqual([])
  expect(await sealedPlacesOf(all, world)).toEqual([])
  expect(await filesOf(world)).toEqual([])
  expect(await redisPlacesOf([...all, at.personId], world)).toEqual([])
  expect(await SurveyResultModel.countDocuments()).toBe(0)
  // A number that leads to nobody any more: marks of receipts, and what the log is kept by.
  expect(await placesOf([at.personId])).toEqual(['Answer', 'AuditEntry', 'Objection', 'Sheet'])
  // What she chose is counted, and the log still says what was done.
  expect((await AnswerModel.findOne().lean())?.items).toEqual([{ code: 'join', value: ['参加'] }])
  const lines = await AuditModel.find({ act: 'guardian.changed' }).sort({ _id: 1 }).lean()
  expect(lines.map((it) => it.detail)).toContain('张小明的主要联系人改为妈妈')
})
