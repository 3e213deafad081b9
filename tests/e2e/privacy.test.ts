import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import type { Phone } from '../support/miniprogram.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const MOTHER = { as: '张三妈妈', phone: '13900000001', name: '刘洋' }
const FATHER = { as: '李四爸爸', phone: '13900000002', name: '李强' }
const REASON = '孩子下午发烧，请家长来接'

/** Two families whom the school knows by phone and nobody has answered for. */
async function scene() {
  const { city, district } = await stage.open()
  const { school, klass } = await buildBranch({ city, district })
  for (const [child, { as, phone, name }, relation] of [
    ['张三', MOTHER, '妈妈'],
    ['李四', FATHER, '爸爸'],
  ] as const) {
    const student = await buildStudent(klass, { name: child })
    await buildListedGuardian(world, student, phone, relation)
    await GuardianshipModel.updateOne({ studentId: student._id }, { name })
    await stage.owner(as, phone)
  }
  const office = await buildStaff(school, 'school_admin', { name: '王敏' })
  await PersonModel.updateOne(
    { _id: office },
    { loginName: 'wangmin', passwordHash: await hashPassword(PASSWORD) },
  )
  return { classId: String(klass._id) }
}

it(
  'asks before anything else, and lets a parent see, take along and take back what is theirs',
  async () => {
    const { classId } = await scene()
    const [phone] = await Promise.all([agree(), refuse(), seeNumber(classId)])
    await readViews(phone)
    await takeBack(phone)
    await takeAlong(phone)
    await leave(phone)
    await phone.close()
  },
  4 * 60_000,
)

const consentOf = async (as: string) => (await PersonModel.findOne({ demoAs: as }).lean())?.consent
const openMine = (phone: Phone) => stage.openPage(phone, MOTHER.as, 'pages/mine/mine')

/** The button of the sheet that asks once more: it has the words of the link that opened it. */
const sayYes = (phone: Phone, words: string) =>
  phone.tap(phone.page.locator('.t-popup .t-button').filter({ hasText: words, visible: true }).first())

/** A picture at both sizes: the phone most people hold, and the narrowest. */
async function picture({ page, screenshot }: Phone, name: string) {
  await screenshot(`privacy/${name}`)
  if (process.env.SHOTS !== '1') return
  await page.setViewportSize({ width: 320, height: 640 })
  await screenshot(`privacy/${name}-320`)
  await page.setViewportSize({ width: 390, height: 844 })
}

/** The text is read before signing in; the button that signs in says what it agrees to. */
async function agree() {
  const phone = await stage.phone(MOTHER.as)
  await phone.tap('加入孩子的班级')
  await phone.see('孩子不满十四周岁的，由您替孩子决定')
  await picture(phone, '01-welcome')
  await phone.tap('《隐私保护说明》')
  await phone.see('孩子不满十四周岁的，由您作为监护人替孩子决定。')
  await picture(phone, '02-text')
  expect(await consentOf(MOTHER.as)).toBeFalsy()
  await phone.page.goBack()
  await phone.tap('同意并用微信手机号登录')
  await phone.see('张*的妈妈？')
  expect(await consentOf(MOTHER.as)).toMatchObject({ version: 1, isGiven: true })
  await phone.tap('是的')
  await phone.see('今天要做的事')
  return phone
}

/** Who does not agree finds the help lines, is known to nobody, and may think again. */
async function refuse() {
  const phone = await stage.phone(FATHER.as)
  await phone.tap('加入孩子的班级')
  await phone.tap('先不同意，看看求助热线')
  await phone.see('学校会用纸质方式把信交给您')
  await phone.see('12355')
  await picture(phone, '03-declined')
  expect(await PersonModel.countDocuments({ demoAs: FATHER.as, wxOpenId: { $type: 'string' } })).toBe(0)
  await phone.tap('想登录了，返回上一步')
  await phone.tap('同意并用微信手机号登录')
  await phone.see('李*的爸爸？')
  await phone.close()
}

/** The office looks at the mother's number, and says why. */
async function seeNumber(classId: string) {
  const { page, errors } = await stage.console('wangmin')
  await page.goto(`${world.origin()}/admin/roster?unitId=${classId}`)
  await page.getByRole('button', { name: '显示张三的妈妈的号码' }).click()
  await page.getByLabel('原因', { exact: true }).fill(REASON)
  await page.getByRole('button', { name: '显示', exact: true }).click()
  await page.getByText(MOTHER.phone).waitFor()
  await stage.shot(page, '../privacy/04-number')
  expect(errors).toEqual([])
  await page.context().close()
}

async function readViews(phone: Phone) {
  await openMine(phone)
  await phone.tap('谁看过孩子的资料')
  await phone.see('王敏')
  await phone.see(REASON)
  await picture(phone, '05-views')
}

/** Taking it back puts the child's things away; one yes has them again. */
async function takeBack(phone: Phone) {
  await openMine(phone)
  await phone.tap('我的信息')
  await phone.tap('对隐私保护说明的回答')
  await phone.see('您已同意这份说明')
  await phone.tap('撤回同意')
  await phone.see('一样都不会丢')
  await picture(phone, '06-take-back')
  await sayYes(phone, '撤回同意')
  await phone.see('您现在的选择是不同意')
  await stage.openPage(phone, MOTHER.as, 'pages/home/home')
  await phone.see('孩子的内容先收起来了')
  expect(await phone.page.getByText('张三').filter({ visible: true }).count()).toBe(0)
  await picture(phone, '07-put-away')
  await phone.tap('想回来，再看看说明')
  await phone.tap('同意')
  await phone.see('您已同意这份说明')
  await openMine(phone)
  await phone.see('我是妈妈')
}

/** What is kept is shown in words, and goes along as a table and as a file. */
async function takeAlong(phone: Phone) {
  await phone.tap('我的信息')
  await phone.see('孩子与关系')
  await phone.see(MOTHER.phone)
  await picture(phone, '08-my-data')
  await phone.tap('导出表格')
  await phone.see('XLSX 文件')
  const table = phone.page.waitForEvent('download')
  await phone.tap('下载')
  expect(readFileSync(await (await table).path()).subarray(0, 2)).toEqual(Buffer.from('PK'))
  await stage.openPage(phone, MOTHER.as, 'packages/account/my-data/my-data')
  const file = phone.page.waitForEvent('download')
  await phone.tap('导出数据文件')
  const sections = JSON.parse(readFileSync(await (await file).path(), 'utf8')) as { title: string }[]
  expect(sections.map((it) => it.title)).toContain('孩子与关系')
}

/** Closing says what the law keeps and how long there is to think again; thinking again is one tap. */
async function leave(phone: Phone) {
  await phone.tap('注销账号')
  await phone.see('签过字的签收单和孩子的学籍，学校依法保留')
  await phone.see('七天后注销，之前随时可以反悔')
  await picture(phone, '09-leaving')
  await sayYes(phone, '注销账号')
  await phone.see('还有7天，账号就注销了')
  await picture(phone, '10-closing')
  expect((await PersonModel.findOne({ demoAs: MOTHER.as }).lean())?.closing).toBeTruthy()
  await phone.tap('不注销了')
  await phone.see('更正我的姓名')
  await phone.see('学校和您在这里留下的信息都在下面')
  expect((await PersonModel.findOne({ demoAs: MOTHER.as }).lean())?.closing).toBeFalsy()
}
