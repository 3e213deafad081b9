import jsqr from 'jsqr'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { listMyCertificates, readMyCertificate } from '#contract/certificates'
import { appointStaff } from '#contract/org'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { AttemptModel, type AttemptRecord } from '../../server/modules/courses/exams/model.ts'
import { askedIn } from '../../server/modules/courses/exams/service.ts'
import { LessonModel, type LessonRecord } from '../../server/modules/courses/programmes/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { correctQuiz, watchLesson } from '../support/learning.ts'
import { answerQuiz, readMyProgramme } from '#contract/courses'
import type { Phone } from '../support/miniprogram.ts'
import { HEADING, type Row, writeRoster } from '../support/roster.ts'
import { readNotice, seeSignature, sendNotice, sendStartLetter, signStartLetter } from './letter-scenes.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const MOTHER = { as: '张三妈妈', phone: '13900000001' }
const TEACHER = { as: '李老师', phone: '13900000099' }

/** A list as a school office would type it: phones as numbers, one child with two guardians, one phone mistyped. */
const ROSTER: Row[] = [
  [
    '云溪市实验中学',
    '七年级',
    '2班',
    '20260201',
    '张三',
    '刘洋',
    '妈妈',
    13_900_000_001,
    '张强',
    '爸爸',
    '13900000002',
  ],
  ['云溪市实验中学', '七年级', '2班', '20260202', '王小雨', '孙秀英', '奶奶', 13_900_000_003],
  ['云溪市实验中学', '初一', '2', '20260203', '陈思远', '陈立新', '爸爸', 13_900_000_004],
  ['云溪市实验中学', '七年级', '1班', '20260101', '周一诺', '吴敏', '妈妈', 13_900_000_005],
  ['云溪市实验中学', '七年级', '1班', '20260102', '林若曦', '', '妈妈', '1390000'],
]

it(
  'runs the main job, from an Excel list to a certificate, a call and the dashboard',
  async () => {
    const { district } = await stage.open()
    await stage.owner(MOTHER.as, MOTHER.phone)

    await importRoster(String(district._id))
    await appointTeacher()
    const phone = await joinClass()
    await sendStartLetter(stage)
    await signStartLetter(phone)
    await seeSignature(stage)
    const teacherPhone = await sendNotice(stage, TEACHER.as)
    await readNotice(stage, phone, MOTHER.as)
    await study(phone)
    const number = await sitExam(phone)
    await verify(number)
    await bookCall(phone, teacherPhone)
    await phone.close()
    await seeDashboard()
  },
  8 * 60_000,
)

/** The district uploads its list, reads what is wrong with it, and says yes. */
async function importRoster(districtId: string) {
  const { page, errors } = await stage.console('donghu')
  await page.goto(`${world.origin()}/admin/roster/import?unitId=${districtId}`)
  await page.getByText('选择填好的表格').waitFor()
  await stage.shot(page, '01-import-choose')
  await page.getByLabel('选择花名册表格').setInputFiles(await writeRoster(ROSTER, HEADING))
  await page.getByRole('button', { name: '上传并检查' }).click()
  await page.getByRole('button', { name: '确认写入' }).waitFor()
  await page.getByText('手机号“1390000”不对').waitFor()
  await stage.shot(page, '02-import-checked')
  await page.getByRole('button', { name: '确认写入' }).click()
  await page.getByText('已写入 4 名学生').waitFor()
  await stage.shot(page, '03-import-done')
  await page.getByRole('button', { name: '查看花名册' }).click()
  await page.getByText('王小雨').first().waitFor()
  await stage.shot(page, '04-roster')
  expect(errors).toEqual([])
  await page.context().close()
}

async function classNamed(name: string) {
  const unit = await UnitModel.findOne({ kind: 'class', name }).lean()
  if (!unit) throw new Error(`No class ${name}`)
  return unit
}

/** The district gives 2班 its 班主任; the first password is one the test knows. */
async function appointTeacher() {
  const admin = await PersonModel.findOne({ loginName: 'donghu' }).lean()
  const klass = await classNamed('2班')
  const call = await world.as(String(admin?._id), 'staff')
  const { personId } = await call(appointStaff, {
    unitId: String(klass._id),
    post: 'class_teacher',
    name: '李文',
    phone: TEACHER.phone,
    loginName: 'liwen',
  })
  await PersonModel.updateOne(
    { _id: personId },
    { passwordHash: await hashPassword(PASSWORD), demoAs: TEACHER.as },
  )
  return personId
}

/** A mother signs in, is asked whether she is 张*'s mother, and says yes. */
async function joinClass() {
  const phone = await stage.phone(MOTHER.as)
  await phone.tap('加入孩子的班级')
  await phone.screenshot('main-job/05-welcome')
  await phone.tap('微信手机号登录')
  await phone.see('您是七年级2班张*的妈妈？')
  await phone.screenshot('main-job/06-match')
  await phone.tap('是的')
  await phone.see('张三')
  await phone.see(/学习|课程/)
  await phone.screenshot('main-job/07-home')
  return phone
}

/** One lesson on the phone in full, the others as the phone would report them. */
async function study(phone: Phone) {
  await stage.openPage(phone, MOTHER.as, 'pages/courses/courses')
  await phone.see('七年级新生家长')
  await phone.screenshot('main-job/14-courses')

  const person = await PersonModel.findOne({ demoAs: MOTHER.as }).lean()
  const call = await world.as(String(person?._id), 'guardian')
  const { lessons } = await call(readMyProgramme, { code: 'grade7' })
  const [first, ...rest] = lessons
  for (const { id } of rest) {
    await watchLesson(world, call, id)
    await call(answerQuiz, { lessonId: id, answers: await correctQuiz(id) })
  }
  await watchFilm(phone, first?.id ?? '')
}

/** The part of a video element that the test touches. */
interface Film {
  muted: boolean
  ended: boolean
  play: () => Promise<void>
}

/** The first film, at twice the speed, to its end; then its questions. */
async function watchFilm(phone: Phone, lessonId: string) {
  await stage.openPage(phone, MOTHER.as, `packages/course/lesson/lesson?id=${lessonId}`)
  await phone.see('倍速')
  await phone.tap('2×')
  await phone.screenshot('main-job/15-lesson')
  const film = phone.page.locator('video')
  // Muted, as a browser without a hand on it may not play sound; the film is silent anyway.
  await film.evaluate((video) => {
    const it = video as unknown as Film
    it.muted = true
    return it.play()
  })
  await expect
    .poll(() => film.evaluate((video) => (video as unknown as Film).ended), {
      timeout: 120_000,
      interval: 1_000,
    })
    .toBe(true)
  const lesson = await LessonModel.findById(lessonId).lean<LessonRecord>()
  await phone.see('提交')
  for (const question of lesson?.quiz ?? []) {
    const card = phone.page.locator('.card').filter({ hasText: question.stem }).last()
    for (const right of question.correct) {
      await phone.tap(card.getByText(question.options[right] ?? '', { exact: true }).first())
    }
  }
  await phone.screenshot('main-job/16-quiz')
  await phone.tap('提交')
  await phone.see(/全答对了|都答对了/)
  await phone.screenshot('main-job/17-quiz-right')
}

/** The exam on the phone: every question on its own, right answers, handed in. */
async function sitExam(phone: Phone) {
  await stage.openPage(phone, MOTHER.as, 'packages/course/exam/exam?code=grade7')
  await phone.see('结业考试')
  await phone.screenshot('main-job/18-exam-intro')
  await phone.tap('开始考试')
  await phone.see('第1题')
  await phone.screenshot('main-job/19-exam-question')
  const attempt = await AttemptModel.findOne().lean<AttemptRecord>()
  const asked = attempt ? await askedIn(attempt) : []
  expect(asked).toHaveLength(20)
  for (const [at, { question }] of asked.entries()) {
    await phone.see(`第${at + 1}题`)
    for (const right of question.correct) await phone.tap(question.options[right] ?? '')
    await phone.tap(at + 1 < asked.length ? '下一题' : '交卷')
  }
  await phone.see('现在交卷吗？')
  await phone.screenshot('main-job/20-exam-confirm')
  await phone.page
    .locator('confirm-sheet, .t-popup')
    .getByText('交卷', { exact: true })
    .filter({ visible: true })
    .last()
    .tap()
  await phone.see('查看绿证')
  await phone.screenshot('main-job/21-exam-passed')
  await phone.tap('查看绿证')
  await phone.see('保存到相册')
  await phone.page.waitForTimeout(1500)
  await phone.screenshot('main-job/22-certificate')
  const person = await PersonModel.findOne({ demoAs: MOTHER.as }).lean()
  const call = await world.as(String(person?._id), 'guardian')
  const { certificates } = await call(listMyCertificates, {})
  return certificates[0]?.number ?? ''
}

/** A stranger scans the code on the picture that was saved, and reads whether it holds. */
async function verify(number: string) {
  const page = await stage.stranger()
  const picture = await certificatePicture()
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const code = jsqr.default(new Uint8ClampedArray(data), info.width, info.height)
  expect(code?.data).toContain(`/verify/${number}`)
  await page.goto(`${world.origin()}${new URL(code?.data ?? '').pathname}`)
  await page.getByText('有效').first().waitFor()
  const text = await page.innerText('body')
  expect(text).toContain('刘*')
  expect(text).not.toContain('张三')
  await stage.shot(page, '23-verify')
  await page.context().close()
}

async function certificatePicture() {
  const person = await PersonModel.findOne({ demoAs: MOTHER.as }).lean()
  const call = await world.as(String(person?._id), 'guardian')
  const { certificates } = await call(listMyCertificates, {})
  const certificate = await call(readMyCertificate, { certificateId: certificates[0]?.id ?? '' })
  const response = await fetch(`${world.origin()}/api${certificate.copies.picture ?? ''}`)
  return Buffer.from(await response.arrayBuffer())
}

/** The teacher opens an afternoon on the phone, the mother takes its first time. */
async function bookCall(phone: Phone, teacher: Phone) {
  await stage.openPage(teacher, TEACHER.as, 'packages/teacher/slots/slots')
  await teacher.tap(
    teacher.page
      .getByText(/^周[一二三四五]$/)
      .filter({ visible: true })
      .first(),
  )
  await teacher.see(/将开放/)
  await teacher.screenshot('main-job/24-slots')
  await teacher.tap(teacher.page.getByText('开放', { exact: true }).filter({ visible: true }).last())
  await teacher.see('收回')
  await teacher.screenshot('main-job/25-slots-open')
  await teacher.close()
  await stage.openPage(phone, MOTHER.as, 'pages/calls/calls')
  await phone.see('选一个时间')
  await phone.screenshot('main-job/26-free-slots')
  await phone.page.locator('.time').first().tap()
  await phone.tap('作息')
  // The tab bar says 预约 as well; the button of the sheet is meant.
  await phone.tap(
    phone.page
      .locator('.t-button')
      .filter({ hasText: /^预约$/, visible: true })
      .last(),
  )
  await phone.see('约好了')
  await phone.screenshot('main-job/27-booked')
}

/** The district sees all of it. */
async function seeDashboard() {
  const { page } = await stage.console('donghu')
  await page.goto(`${world.origin()}/admin/`)
  await page.getByText('激活').first().waitFor()
  await page.waitForTimeout(1500)
  await stage.shot(page, '28-dashboard')
  const text = await page.innerText('main')
  expect(text).toMatch(/1\s*\/\s*4|25%/)
  await page.context().close()
}
