import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readMyProgramme } from '#contract/courses'
import { readLessonDraft } from '#contract/drafts'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { shot } from '../support/browser.ts'
import { makeFilm, makePhoto, ownFolder } from '../support/films.ts'
import { beginCourse, putOut, writeLesson } from '../support/writing.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
/** Who plays somebody on the preview signs in with this WeChat. */
const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId

async function scene() {
  const branch = await buildBranch()
  const lecturer = await buildStaff(branch.school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne(
    { _id: lecturer },
    { loginName: 'xujing', passwordHash: await hashPassword(PASSWORD) },
  )
  const mother = await buildGuardian(world, await buildStudent(branch.klass, { name: '张三' }))
  await PersonModel.updateOne({ _id: mother }, { wxOpenId: openIdOf('张三妈妈'), name: '刘洋' })
  const office = await world.as(lecturer, 'staff')
  const draft = await beginCourse(office, String(branch.school._id))
  return { ...branch, office, draft, mother, call: await world.as(mother, 'guardian') }
}

async function signIn() {
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${world.origin()}/admin/`)
  await page.getByLabel('账号').fill('xujing')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('link', { name: '家长感想' }).waitFor()
  return { page, errors }
}

it('is written in the console with a real film, and watched on the phone up to its question and beyond', async () => {
  const { office, draft, call } = await scene()
  const { id: lessonDraftId } = await writeLesson(office, draft.id, 'video', { blocks: [], summary: '' })
  const folder = ownFolder()
  const film = join(folder, '先接住孩子.mp4')
  writeFileSync(film, await makeFilm({ seconds: 20, size: '640x360' }))
  const photo = join(folder, '做饭.jpg')
  writeFileSync(photo, await makePhoto())

  const { page, errors } = await signIn()
  await page.goto(`${world.origin()}/admin/lesson-drafts/${lessonDraftId}`)
  await page.getByLabel('课的名称').fill('孩子说“不想上了”')
  await page.getByLabel('一句话介绍').fill('先接住他，再问事。')
  await page.getByRole('button', { name: '选择或上传影片' }).click()
  await page.getByRole('dialog', { name: '选择视频' }).locator('input[type=file]').setInputFiles(film)
  await page.getByRole('button', { name: /先用上|用这个/ }).click()
  await workThroughAssets(world.deps())
  await page.getByText('0分20秒').waitFor()

  const text = page.getByRole('textbox', { name: '正文' })
  await text.click()
  await page.getByRole('button', { name: '小标题' }).click()
  await page.keyboard.type('这样说')
  await page.keyboard.press('Enter')
  await page.keyboard.type('<script>alert(1)</script> 听上去今天很不容易。')
  await page.getByRole('button', { name: '图片', exact: true }).click()
  await page.getByRole('dialog', { name: '选择图片' }).locator('input[type=file]').setInputFiles(photo)
  await page.getByRole('button', { name: '用这个' }).click()
  await page.getByRole('button', { name: '加一道题' }).first().click()
  await page.getByLabel('秒', { exact: true }).fill('5')
  await page.getByLabel('分', { exact: true }).fill('0')
  await page.getByLabel('题目', { exact: true }).fill('先说哪一句？')
  await page.getByLabel('选项1').fill('听上去今天很不容易。')
  await page.getByLabel('选项2').fill('别人怎么都行？')
  await page.getByLabel('第1个是答案').click()
  await page.getByLabel('讲解').fill('先接住，再问事。')
  await page.getByText('已自动保存').waitFor()
  await shot(page, 'lessons/editor')

  const saved = await office(readLessonDraft, { lessonDraftId })
  expect(saved.blocks.map((it) => it.kind)).toEqual(['heading', 'paragraph', 'picture'])
  expect(saved.stops).toMatchObject([{ at: 5, stem: '先说哪一句？', correct: [0] }])
  expect(errors).toEqual([])
  await page.context().close()
  await putOut(office, draft.id)

  const { lessons } = await call(readMyProgramme, { code: draft.code })
  const phone = await stage.phone('张三妈妈', `packages/course/lesson/lesson?id=${lessons[0]?.id ?? ''}`)
  await phone.see('孩子说“不想上了”')
  await phone.see('<script>alert(1)</script> 听上去今天很不容易。')
  await shot(phone.page, 'lessons/phone-film')
  await phone.page.getByLabel('播放', { exact: true }).first().click()
  await phone.see('看到这里，想一想')
  await phone.tap('听上去今天很不容易。')
  await phone.tap('回答')
  await phone.see('先接住，再问事。')
  await shot(phone.page, 'lessons/phone-stop')
  await phone.tap('接着看')
  await phone.page.getByText('这一课已学完').first().waitFor({ timeout: 60_000 })
  await phone.close()
}, 180_000)
