import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** Who plays somebody on the preview signs in with this WeChat. */
const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId

/** A class with one child, whose mother and grandmother have joined. */
async function scene() {
  const { city, district } = await stage.open()
  const { school, klass } = await buildBranch({ city, district })
  const child = await buildStudent(klass, { name: '张三', number: '20260201' })
  const mother = await buildGuardian(world, child)
  const grandmother = await buildGuardian(world, child, { relation: '奶奶' })
  await PersonModel.updateOne({ _id: mother }, { wxOpenId: openIdOf('张三妈妈'), name: '刘洋' })
  await PersonModel.updateOne({ _id: grandmother }, { wxOpenId: openIdOf('张三奶奶'), name: '孙秀英' })
  await GuardianshipModel.updateOne({ personId: mother }, { isPrimary: true, name: '刘洋' })
  await GuardianshipModel.updateOne({ personId: grandmother }, { name: '孙秀英' })
  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.create({ wxOpenId: openIdOf('张三姑姑'), name: '张敏', consent })
  const office = await buildStaff(school, 'school_admin', { name: '王敏' })
  await PersonModel.updateOne(
    { _id: office },
    { loginName: 'wangmin', passwordHash: await hashPassword(PASSWORD) },
  )
  await buildStaff(klass, 'class_teacher', { name: '李文' })
  return { school, klass, child, mother, grandmother }
}

it(
  'invites an aunt on the phone, and bars a guardian in the console',
  async () => {
    const { school, child, grandmother } = await scene()
    const code = await onTheMothersPhone()
    await onTheAuntsPhone(code)
    await inTheConsole(String(school._id), String(child._id))

    const phone = await stage.phone('张三奶奶', 'packages/account/family/family')
    await phone.see('学校按规定调整了您账号里的孩子信息')
    await phone.screenshot('families/08-barred')
    await phone.close()
    expect(await GuardianshipModel.countDocuments({ personId: grandmother, to: null })).toBe(0)
  },
  4 * 60_000,
)

/** 我的家人: the marks, and an invitation to hand out. */
async function onTheMothersPhone() {
  const phone = await stage.phone('张三妈妈', 'packages/account/family/family')
  await phone.see('主要联系人')
  await phone.screenshot('families/01-family')
  await phone.tap('孩子平时的情况')
  await phone.tap('父母在外地')
  await phone.page.locator('wx-input[placeholder="例如：奶奶"] input').fill('奶奶')
  await phone.screenshot('families/02-marks')
  await phone.tap('保存')
  await phone.see('父母在外地 · 平时由奶奶照顾')
  await phone.tap('生成邀请')
  await phone.see('发给家人')
  await phone.screenshot('families/03-invitation')
  const code = await phone.page.locator('.code').filter({ visible: true }).first().innerText()
  await phone.page.setViewportSize({ width: 320, height: 640 })
  await phone.screenshot('families/04-family-small')
  await phone.close()
  return code.trim()
}

async function onTheAuntsPhone(code: string) {
  const phone = await stage.phone('张三姑姑', `packages/account/invitation/invitation?code=${code}`)
  await phone.see('张*的妈妈邀请您加入')
  await phone.tap('姑姑')
  await phone.page.locator('wx-input[placeholder="请填真实姓名"] input').fill('张敏')
  await phone.screenshot('families/05-invited')
  await phone.tap('加入')
  await phone.see('张三')
  await phone.close()
}

/** The school finds the family by its initials and bars the grandmother. */
async function inTheConsole(schoolId: string, studentId: string) {
  const { page, errors } = await stage.console('wangmin')
  await page.goto(`${world.origin()}/admin/roster?unitId=${schoolId}`)
  await page.getByLabel('找一个家庭').pressSequentially('zs')
  await page.getByRole('option').first().click()
  await page.waitForURL(new RegExp(`/admin/families/${studentId}`))
  await page.getByText('张三的家庭').waitFor()
  await page.getByText('家人邀请').first().waitFor()
  await stage.shot(page, '../families/06-console')
  await page.getByRole('row', { name: /奶奶/ }).getByRole('button', { name: '依法限制' }).click()
  await page.getByLabel('依据的文书').fill('临川区法院（2026）云民终12号')
  await stage.shot(page, '../families/07-bar')
  await page.getByRole('button', { name: '立即限制' }).click()
  await page.getByText('限制中').waitFor()
  await stage.shot(page, '../families/09-console-barred')
  expect(errors).toEqual([])
  await page.context().close()
}
