import { generateSync } from 'otplib'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { shot } from '../support/browser.ts'
import { buildBranch, buildStaff, buildStudent } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const TEACHER = { as: '李老师', phone: '13900000099' }
const COLLEAGUE = { as: '王老师', phone: '13900000088' }
const NEW = '自己定的新密码 2026'

/** A school with an administrator on the console and a 班主任 whose phone is known. */
async function scene() {
  const branch = await buildBranch()
  const adminId = await buildStaff(branch.school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne(
    { _id: adminId },
    { loginName: 'shiyan', passwordHash: await hashPassword(PASSWORD) },
  )
  await stage.owner(TEACHER.as, TEACHER.phone)
  const { _id: unitId, path } = branch.klass
  await PersonModel.updateOne(
    { demoAs: TEACHER.as },
    {
      name: '李文',
      loginName: 'liwen',
      $push: { posts: { post: 'class_teacher', unitId, path, from: new Date(0) } },
    },
  )
  return branch
}

it('opens the console with a code that the phone has scanned and confirmed', async () => {
  const { klass } = await scene()
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/sign-in`)
  const drawn = page.waitForResponse((it) => it.url().endsWith('/api/sign-in/scan'))
  await page.getByRole('tab', { name: '扫码登录' }).click()
  const { ticket } = (await (await drawn).json()) as { ticket: string }
  await page.getByAltText('登录用的小程序码').waitFor()

  const phone = await stage.phone(TEACHER.as, `packages/account/scan/scan?scene=${ticket}`)
  await phone.see('还不知道您是哪位老师')
  await phone.tap('用手机号登录')
  await phone.tap('微信手机号登录')
  await phone.see('登录控制台？')
  await phone.see('和您的手机在同一个网络')
  await phone.see(`${klass.fullName} 班主任`)
  await page.getByText('已扫码').waitFor()
  await phone.tap('确认登录')
  await phone.see('已经确认')
  await page.getByRole('link', { name: '花名册', exact: true }).waitFor()
  await page.getByText('李文').first().waitFor()

  await stage.openPage(phone, TEACHER.as, `packages/account/scan/scan?scene=${ticket}`)
  await phone.see('这个码已经用过了')
  await phone.close()
  await page.context().close()
}, 90_000)

it('lets a 班主任 on leave name a deputy on the phone, who holds the class until it is over', async () => {
  const { klass, school } = await scene()
  const student = await buildStudent(klass, { name: '张三' })
  await stage.owner(COLLEAGUE.as, COLLEAGUE.phone)
  const post = { post: 'teacher', unitId: school._id, path: school.path, from: new Date(0) }
  await PersonModel.updateOne({ demoAs: COLLEAGUE.as }, { name: '王芳', $push: { posts: post } })
  const signIn = async (as: string) => {
    const phone = await stage.phone(as)
    await phone.tap('加入孩子的班级')
    await phone.tap('微信手机号登录')
    await phone.see('谁读了')
    return phone
  }
  const holder = await signIn(TEACHER.as)
  const colleague = await signIn(COLLEAGUE.as)
  const classPage = `packages/teacher/class/class?id=${String(klass._id)}`

  await stage.openPage(holder, TEACHER.as, 'packages/teacher/leave/leave')
  await holder.tap('请假，请同事代理')
  await holder.tap('请同事代理')
  await holder.see('请填同事的11位手机号')
  await holder.page.getByPlaceholder('同事的11位手机号').locator('input').fill(COLLEAGUE.phone)
  await holder.tap('请选择最后一天')
  await holder.tap(holder.page.locator('.mp-picker').getByText('确定'))
  await holder.screenshot('posts/leave')
  await holder.tap('请同事代理')
  await holder.see('王芳（代）')

  await stage.openPage(colleague, COLLEAGUE.as, 'packages/account/messages/messages')
  await colleague.see('请您代理班主任')
  await stage.openPage(colleague, COLLEAGUE.as, 'pages/mine/mine')
  await colleague.see('班主任（代李文）')
  await colleague.screenshot('posts/deputy')
  await stage.openPage(colleague, COLLEAGUE.as, classPage)
  await colleague.see(student.name)

  await holder.tap('我回来了')
  await holder.tap('结束代理')
  await holder.see('请假，请同事代理')
  await stage.openPage(colleague, COLLEAGUE.as, 'packages/teacher/leave/leave')
  await colleague.see('任课教师')
  expect(await colleague.page.getByText('代李文').count()).toBe(0)
  await stage.openPage(colleague, COLLEAGUE.as, classPage)
  await colleague.see('重试')
  await holder.close()
  await colleague.close()
}, 90_000)

it('lets a first password open one page, and the console after it', async () => {
  await scene()
  await PersonModel.updateOne({ loginName: 'shiyan' }, { hasFirstPassword: true })
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(`${world.origin()}/admin/`)
  const enter = async (password: string) => {
    await page.getByLabel('账号').fill('shiyan')
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录', exact: true }).click()
  }
  await enter(PASSWORD)
  await page.getByRole('heading', { name: '先设一个自己的密码' }).waitFor()
  await shot(page, 'own-password')
  // No way round it.
  await page.goto(`${world.origin()}/admin/roster`)
  await page.getByLabel('新密码').fill(NEW)
  await page.getByLabel('再填一次').fill('另一个')
  await page.getByRole('button', { name: '保存，继续' }).click()
  await page.getByText('两次填写的密码不一样').waitFor()
  await page.getByLabel('再填一次').fill(NEW)
  await page.getByRole('button', { name: '保存，继续' }).click()
  await page.getByRole('link', { name: '花名册', exact: true }).waitFor()
  await page.context().close()
}, 90_000)

it('gives a post for some days, hands a password over, and leads to the six digits', async () => {
  await scene()
  const { page, errors } = await stage.console('shiyan')
  page.setDefaultTimeout(20_000)
  await page.getByRole('link', { name: '教职工' }).click()
  await page.getByRole('button', { name: '安排岗位' }).click()
  await page.getByText('心理教师').click()
  await page.getByLabel('姓名').fill('周宁')
  await page.getByLabel('手机号').fill('13900000077')
  await page.getByRole('button', { name: '安排', exact: true }).click()
  await page.getByText('岗位已安排').waitFor()
  await page.getByRole('row', { name: /周宁/ }).getByText('心理教师').waitFor()
  await shot(page, 'posts/list')

  const open = (name: string) => page.getByRole('button', { name: new RegExp(`办理：${name}`) }).click()
  await open('周宁')
  await page.getByRole('menuitem', { name: '岗位记录' }).click()
  await page.getByText('许静安排').waitFor()
  await page.keyboard.press('Escape')
  await open('周宁')
  await page.getByRole('menuitem', { name: '结束岗位' }).click()
  await page.getByRole('button', { name: '结束岗位' }).click()
  await page.getByRole('row', { name: /周宁/ }).waitFor({ state: 'detached' })
  await page.getByRole('tab', { name: '已结束' }).click()
  await page.getByRole('row', { name: /周宁/ }).waitFor()
  await page.getByRole('tab', { name: '在任' }).click()

  await open('李文')
  await page.getByRole('menuitem', { name: '重设密码' }).click()
  await page.getByRole('button', { name: '重设密码' }).click()
  const link = new URL((await page.locator('.link').innerText()).trim())
  await page.getByRole('button', { name: '已经交给本人' }).click()
  await page.getByRole('button', { name: '登录安全' }).click()
  await page.getByRole('button', { name: '改为必须' }).click()
  await page.getByText('必须', { exact: true }).waitFor()

  await newPassword(`${world.origin()}${link.pathname}${link.hash}`)
  expect(errors).toEqual([])
  await page.context().close()
}, 90_000)

/** The teacher at another computer: a password of their own, then the digits, then the class. */
async function newPassword(link: string) {
  const page = await stage.stranger()
  page.setDefaultTimeout(20_000)
  await page.goto(link)
  await page.getByLabel('新密码').fill(NEW)
  await page.getByLabel('再填一次').fill(NEW)
  await page.getByRole('button', { name: '保存新密码' }).click()
  await page.getByLabel('账号').fill('liwen')
  await page.getByLabel('密码', { exact: true }).fill(NEW)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('先设置动态验证码').waitFor()
  const secret = (await page.locator('code').innerText()).trim()
  await shot(page, 'posts/set-up-totp')
  // No way round it.
  await page.goto(`${world.origin()}/admin/roster`)
  await page.getByText('先设置动态验证码').waitFor()
  const again = (await page.locator('code').innerText()).trim()
  expect(again).not.toBe(secret)
  await page.getByLabel('动态验证码', { exact: true }).fill(generateSync({ secret: again }))
  await page.getByRole('button', { name: '完成，继续' }).click()
  await page.getByRole('link', { name: '花名册', exact: true }).waitFor()

  await page.goto(link)
  await page.getByText('这个链接已经用过或过期了').waitFor()
  await page.context().close()
}
