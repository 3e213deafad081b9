import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { readLive } from '#contract/live'
import { addActivity, addLecturer, saveCharter } from '#contract/parent-school'
import { answerMySurvey } from '#contract/surveys'
import { shanghaiDay } from '../../server/infra/clock.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { ActivityModel } from '../../server/modules/courses/schools/activities/model.ts'
import { LecturerModel } from '../../server/modules/courses/schools/lecturers/model.ts'
import { LiveModel } from '../../server/modules/courses/live/model.ts'
import { buildBranch } from '../support/build.ts'
import { answersOf, buildSurveyed, openedSurvey } from '../support/surveys.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const MINUTE_MS = 60_000
const PORTRAIT = 'content/courses/teacher1/01-noticing/poster.jpg'

/** A school whose class has six families; of the first the mother can be played. */
async function scene() {
  const { city, district } = await stage.open()
  const built = await buildSurveyed(world, 6, await buildBranch({ city, district }))
  const [first] = built.families
  const { openId } = world.simulator().control.identity({ as: '张三妈妈' })
  await PersonModel.updateOne({ _id: first?.personId }, { wxOpenId: openId, name: '刘洋' })
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne({ _id: built.office }, { loginName: 'xujing', passwordHash })
  const office = await world.as(built.office, 'staff')
  const unitId = String(built.school._id)
  const { id: lecturerId } = await office(addLecturer, {
    unitId,
    requestId: 'lecturer-1',
    name: '林晓',
    kind: 'teacher',
    bio: '十二年班主任，两个孩子的妈妈。',
    teaches: '亲子沟通、手机管理',
    way: '先演一段，再分组练',
    photoId: null,
  })
  const tonight = {
    title: '手机怎么管：一起定一份家庭约定',
    theme: 'guidance' as const,
    outline: '',
    onDay: shanghaiDay(world.now()),
    from: '00:10',
    hours: 1.5,
    isOnline: false,
    place: '报告厅',
    lecturerIds: [lecturerId],
  }
  await office(addActivity, { ...tonight, unitId, requestId: 'activity-1' })
  await office(saveCharter, { unitId, version: 0, text: '第一条　设立家长学校。', adoptedOn: '2026-09-01' })
  return { ...built, district, unitId }
}

type Scene = Awaited<ReturnType<typeof scene>>

it(
  'a parent checks in, hears a live class, asks, and answers a survey; the district sees the figures',
  async () => {
    const built = await scene()
    const liveId = await planInTheConsole(built)
    await checkInAndRegister(built)
    const console_ = await beginInTheConsole(liveId)
    const phone = await sitInClass(liveId)
    await answerTheQuestion(console_)
    await phone.see('先敲门')
    await phone.screenshot('parent-school/06-answered')
    await phone.page.setViewportSize({ width: 320, height: 640 })
    await phone.screenshot('parent-school/06-answered-small')
    await phone.page.setViewportSize({ width: 390, height: 844 })
    await phone.see('再听')
    // The phone says every fifteen seconds that somebody listens. What another phone does meanwhile takes no less.
    const beat = phone.page.waitForResponse(/\/beats$/, { timeout: 60_000 })
    await answerASurvey(built)
    await beat
    await endInTheConsole(console_, built, liveId)
    await phone.see('课已经结束了')
    await phone.close()
    await inTheDistrict(built)
  },
  6 * 60_000,
)

async function planInTheConsole({ unitId }: Scene) {
  const { page, errors } = await stage.console('xujing')
  await page.goto(`${world.origin()}/admin/parent-school?unitId=${unitId}`)
  await page.getByText('秋季学期家庭教育指导').waitFor()
  await page.getByText('林晓').first().waitFor()
  await givePortrait(page)
  await stage.shot(page, '../parent-school/01-console-school')
  await page.goto(`${world.origin()}/admin/live?unitId=${unitId}`)
  await page.getByRole('button', { name: '安排一堂课', exact: true }).click()
  await page.getByLabel('标题', { exact: true }).fill('手机放下来，话匣子打开')
  await page.getByLabel('介绍').fill('一起练三句话，回家就能用。')
  await stage.shot(page, '../parent-school/02-console-plan')
  await page.getByRole('button', { name: '安排', exact: true }).click()
  await page.getByRole('link', { name: '手机放下来，话匣子打开' }).waitFor()
  expect(errors).toEqual([])
  await page.context().close()
  const live = await LiveModel.findOne().lean()
  // The form plans for tomorrow; the class is moved to begin in a few minutes.
  await LiveModel.updateOne({}, { startAt: new Date(world.now().getTime() + 5 * MINUTE_MS), minutes: 10 })
  return String(live?._id)
}

/** A portrait chosen on the desk is sent, drawn anew on the server, and stands beside the lecturer. */
async function givePortrait(page: Page) {
  await page.getByRole('button', { name: '修改', exact: true }).first().click()
  await page.getByLabel('选择照片').setInputFiles(PORTRAIT)
  await page.getByAltText('讲师照片').waitFor({ timeout: 60_000 })
  await stage.shot(page, '../parent-school/01-console-portrait')
  await page.getByRole('dialog').getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  const portrait = page.getByAltText('林晓')
  await expect
    .poll(() => portrait.evaluate((it: unknown) => (it as { naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(0)
  expect((await LecturerModel.findOne().lean())?.photoId).toBeTruthy()
}

async function checkInAndRegister({ families }: Scene) {
  const phone = await stage.phone('张三妈妈', 'packages/school/home/home')
  await phone.see('手机放下来，话匣子打开')
  await phone.screenshot('parent-school/03-school')
  const code = (await ActivityModel.findOne({ liveId: null }).lean())?.code ?? ''
  await phone.tap('签到')
  await phone.page.locator('wx-input[placeholder="六位数字"] input').fill(code)
  await phone.tap('完成签到')
  await phone.see('林晓讲得怎么样')
  await phone.page.setViewportSize({ width: 320, height: 640 })
  await phone.screenshot('parent-school/04-school-small')
  await phone.page.setViewportSize({ width: 390, height: 844 })
  await phone.tap('手机放下来，话匣子打开')
  await phone.see('回家就能用')
  await phone.screenshot('parent-school/05-live')
  await phone.tap('报名')
  await phone.see('您家已经报名')
  await phone.close()
  expect(families).toHaveLength(6)
}

async function beginInTheConsole(liveId: string) {
  const opened = await stage.console('xujing')
  await opened.page.goto(`${world.origin()}/admin/live/${liveId}${await unitQuery()}`)
  await opened.page.getByRole('button', { name: '开始上课' }).click()
  await opened.page.getByRole('dialog').getByRole('button', { name: '开始上课' }).click()
  await opened.page.getByText('正在上课').first().waitFor({ timeout: 30_000 })
  return opened
}

const unitQuery = async () => `?unitId=${String((await LiveModel.findOne().lean())?.unitId)}`

/** The stream plays in the phone's own player; two beats later some seconds are counted. */
async function sitInClass(liveId: string) {
  const student = String((await ActivityModel.db.collection('students').findOne({ name: '孩子0' }))?._id)
  const phone = await stage.phone('张三妈妈', `packages/school/room/room?id=${liveId}&student=${student}`)
  await phone.see('提问')
  const film = phone.page.locator('wx-video video').first()
  const at = () => film.evaluate((it) => (it as unknown as { currentTime: number }).currentTime)
  await film.evaluate((it) => (it as unknown as { play: () => Promise<void> }).play())
  await expect.poll(at, { timeout: 30_000 }).toBeGreaterThan(2)
  await phone.page.locator('wx-textarea textarea').first().fill('孩子一回家就关门，怎么办？')
  await phone.tap('交给老师')
  await phone.see('我问的')
  return phone
}

async function answerTheQuestion({ page }: Awaited<ReturnType<typeof stage.console>>) {
  await page.getByText('孩子一回家就关门，怎么办？').waitFor({ timeout: 15_000 })
  await page.getByLabel('回答：孩子一回家就关门，怎么办？').fill('先敲门，约好什么时候聊聊。')
  await page.getByRole('button', { name: '回答并公开' }).click()
  await page.getByText('答：先敲门').waitFor()
  await stage.shot(page, '../parent-school/07-console-live')
}

async function endInTheConsole(
  { page, errors }: Awaited<ReturnType<typeof stage.console>>,
  { unitId, office }: Scene,
  liveId: string,
) {
  await page.getByRole('button', { name: '下课' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '下课' }).click()
  await page.getByText('已结束').first().waitFor()
  const call = await world.as(office, 'staff')
  await expect
    .poll(async () => (await call(readLive, { unitId, liveId })).recording, { timeout: 60_000 })
    .toBe('ready')
  expect((await call(readLive, { unitId, liveId })).tally).toMatchObject({ registered: 1, joined: 1 })
  await page.getByText('用录像建课程草稿').waitFor({ timeout: 20_000 })
  await stage.shot(page, '../parent-school/08-console-ended')
  expect(errors).toEqual([])
  await page.context().close()
}

async function answerASurvey(built: Scene) {
  const surveyId = await openedSurvey(world, built.office, built.school, {
    closesOn: shanghaiDay(new Date(world.now().getTime() + 5 * 24 * 60 * MINUTE_MS)),
  })
  for (const { personId, studentId } of built.families.slice(1)) {
    const call = await world.as(personId, 'guardian')
    await call(answerMySurvey, { studentId, surveyId, answers: await answersOf(surveyId, 5) })
  }
  const phone = await stage.phone('张三妈妈')
  await phone.tap('请您答一个小调查')
  await phone.see('不记名')
  await phone.screenshot('parent-school/09-survey')
  await phone.tap('开始')
  for (let at = 0; at < 5; at++) {
    await phone.see(`第${at + 1}题，共5题`)
    await phone.tap(phone.page.locator('.option').filter({ visible: true }).first())
    if (at === 0) await phone.screenshot('parent-school/10-survey-question')
    await phone.tap(at < 4 ? '下一题' : '交卷')
  }
  await phone.see('谢谢您')
  await phone.screenshot('parent-school/11-survey-thanks')
  await phone.close()
}

async function inTheDistrict({ district }: Scene) {
  const { page, errors } = await stage.console('donghu')
  await page.goto(`${world.origin()}/admin/surveys?unitId=${String(district._id)}`)
  await page.getByRole('link', { name: '家长必备知识小调查' }).click()
  await page.getByText('真实的知晓率在').first().waitFor()
  await stage.shot(page, '../parent-school/12-district-survey')
  await page.goto(`${world.origin()}/admin/parent-school?unitId=${String(district._id)}`)
  await page.getByText('各校情况').waitFor()
  await stage.shot(page, '../parent-school/13-district-schools')
  expect(errors).toEqual([])
  await page.context().close()
}
