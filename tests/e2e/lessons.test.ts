import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readMyProgramme } from '#contract/courses'
import { readLessonDraft } from '#contract/drafts'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { pasteInto, shot } from '../support/browser.ts'
import { makeFilm, makePdf, makePhoto, makeSound, ownFolder } from '../support/films.ts'
import { watchLesson } from '../support/learning.ts'
import { uploadMade } from '../support/uploading.ts'
import { beginCourse, putOut, text, writeLesson } from '../support/writing.ts'
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

  await page.getByRole('textbox', { name: '正文' }).click()
  await page.getByRole('button', { name: '小标题' }).click()
  await page.keyboard.type('这样说')
  await page.keyboard.press('Enter')
  await page.keyboard.type('<script>alert(1)</script> 听上去今天很不容易。')
  await pasteInto(page, '<p>　　教室要有50m<sup>2</sup><img src="file:///C:/1.png" alt="教室"></p>')
  await page.getByText('粘贴时去掉了1张图片（教室），其余都在；图片请用“图片”按钮上传').waitFor()
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
  // What is typed and taken back before it was saved is as it was.
  const summary = page.getByLabel('一句话介绍')
  await summary.fill('先接住他，再问')
  await page.getByText('正在保存…').waitFor()
  await summary.fill('先接住他，再问事。')
  await page.getByText('已自动保存').waitFor()
  await shot(page, 'lessons/editor')
  await page.mouse.move(500, 300)
  await page.mouse.wheel(0, -9000)
  await shot(page, 'lessons/editor-top')

  const saved = await office(readLessonDraft, { lessonDraftId })
  expect(saved.blocks.map((it) => it.kind)).toEqual(['heading', 'paragraph', 'picture'])
  expect(saved.stops).toMatchObject([{ at: 5, stem: '先说哪一句？', correct: [0] }])
  expect(errors).toEqual([])
  await page.context().close()
  await putOut(office, draft.id)

  const { lessons } = await call(readMyProgramme, { code: draft.code })
  const phone = await stage.phone('张三妈妈', `packages/course/lesson/lesson?id=${lessons[0]?.id ?? ''}`)
  await phone.see('孩子说“不想上了”')
  await phone.see('<script>alert(1)</script> 听上去今天很不容易。教室要有50m²')
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

it('is heard, looked through, opened, done at home and talked about on the phone', async () => {
  const { office, draft, call, school } = await scene()
  const unitId = String(school._id)
  const put = (kind: 'audio' | 'image' | 'pdf', name: string, bytes: Buffer) =>
    uploadMade(world, office, unitId, { kind, name, bytes })
  const sound = await put('audio', '睡前.mp3', await makeSound(9))
  const photo = await put('image', '一.jpg', await makePhoto())
  const paper = await put('pdf', '家庭手机约定.pdf', makePdf({ pages: 4 }))
  const blocks = text('睡前的十分钟，关了灯，只听他说。')
  await writeLesson(office, draft.id, 'audio', {
    title: '睡前十分钟',
    assetIds: [sound.id],
    poster: photo.address ?? '',
    blocks,
  })
  await writeLesson(office, draft.id, 'slides', { title: '看图说话', assetIds: [photo.id], blocks })
  await writeLesson(office, draft.id, 'pdf', { title: '手机约定', assetIds: [paper.id], blocks })
  await writeLesson(office, draft.id, 'task', {
    title: '做一顿饭',
    prompt: '本周和孩子一起做一顿饭，饭桌上不谈学习',
    blocks,
  })
  await putOut(office, draft.id)
  const { lessons } = await call(readMyProgramme, { code: draft.code })
  const [heard, looked, opened, done] = lessons.map((it) => it.id)
  await watchLesson(world, call, done ?? '')

  const page = (id = '') => `packages/course/lesson/lesson?id=${id}`
  const phone = await stage.phone('张三妈妈', page(heard))
  await phone.see('锁屏以后也会接着放')
  await shot(phone.page, 'lessons/phone-audio')
  await phone.page.getByLabel('播放', { exact: true }).first().tap()
  await phone.page.getByText('这一课已学完').first().waitFor({ timeout: 60_000 })
  await stage.openPage(phone, '张三妈妈', page(looked))
  await phone.see('左右滑动')
  await shot(phone.page, 'lessons/phone-slides')
  await stage.openPage(phone, '张三妈妈', page(opened))
  await phone.see('共4页')
  await shot(phone.page, 'lessons/phone-pdf')
  await stage.openPage(phone, '张三妈妈', page(done))
  await phone.see('这周试一试')
  await shot(phone.page, 'lessons/phone-task')
  await phone.page.locator('textarea').fill('他把鸡蛋打在了地上，我们都笑了。')
  await phone.tap('我和孩子做到了')
  await phone.see('只有您自己看得到')
  await shot(phone.page, 'lessons/phone-task-done')
  await phone.close()
}, 180_000)
