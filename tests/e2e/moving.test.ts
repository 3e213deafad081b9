import { expect, it } from 'vitest'
import { appointStaff } from '#contract/org'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { refreshKeys } from '../../server/modules/org/families/search/service.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const MOTHER = { as: '张三妈妈', phone: '13900000001' }

it(
  'makes two schools, moves a child between them, a grade up, and back, and the phone shows each class',
  async () => {
    const { district } = await stage.open()
    const { page, errors } = await stage.console('donghu')
    const open = (path: string) => page.goto(`${world.origin()}/admin/${path}`)

    // 单位: a district makes its schools, a school its classes.
    await open(`units?unitId=${String(district._id)}`)
    for (const [name, code] of [
      ['东湖区第三中学', '36010103'],
      ['滨江中学', '36010104'],
    ] as const) {
      await page.getByRole('button', { name: '新建学校' }).click()
      await page.getByLabel('名称').fill(name)
      await page.getByLabel('代码').fill(code)
      await page.getByRole('combobox', { name: '类型' }).click({ force: true })
      await page.getByRole('option', { name: '初中', exact: true }).click()
      await page.getByRole('button', { name: '新建', exact: true }).click()
      await page.getByRole('link', { name }).waitFor()
      await page.getByRole('link', { name }).click()
      await page.getByRole('button', { name: '建班' }).click()
      await page.getByRole('button', { name: '建班' }).last().click()
      await page.getByText('新建了4个班').waitFor()
      await page.getByRole('link', { name: '七年级' }).waitFor()
      await open(`units?unitId=${String(district._id)}`)
    }
    await stage.shot(page, 'moving-units')

    const klass = (await UnitModel.findOne({ fullName: '东湖区第三中学七年级2班' }).lean()) as UnitRecord
    const student = await buildStudent(klass, { name: '张三', number: '20260201' })
    await refreshKeys([student._id], world.deps())
    await stage.owner(MOTHER.as, MOTHER.phone)
    await buildListedGuardian(world, student, MOTHER.phone)
    const phone = await stage.phone(MOTHER.as)
    await phone.tap('加入孩子的班级')
    await phone.tap('微信手机号登录')
    await phone.tap('是的')
    await phone.see('张三')
    const sees = async (className: string) => {
      await stage.openPage(phone, MOTHER.as, 'pages/home/home')
      await phone.see(new RegExp(className))
      await phone.screenshot(`moving-phone-${className}`)
    }
    await sees('七年级2班')

    // 学年升级: preview, yes, done; the phone shows the new class.
    await open(`promotion?unitId=${String(district._id)}`)
    await page.getByRole('button', { name: '预览升级' }).click()
    await page.getByText('请逐校看一看').waitFor()
    await stage.shot(page, 'moving-preview')
    await page.getByRole('button', { name: '确认升级' }).click()
    await page.getByRole('button', { name: '开始升级' }).click()
    await page.getByText('已升级', { exact: true }).waitFor({ timeout: 60_000 })
    await stage.shot(page, 'moving-applied')
    await sees('八年级2班')
    await page.getByRole('button', { name: '撤销升级' }).click()
    await page.getByRole('button', { name: '撤销', exact: true }).click()
    await page.getByText('已撤销', { exact: true }).waitFor({ timeout: 60_000 })
    await sees('七年级2班')

    // 转学: the giving side proposes; the receiving school confirms in its own console.
    await open(`transfers?unitId=${String(district._id)}`)
    await page.getByRole('button', { name: '转班或转出' }).click()
    await page.getByText('另一所学校').click()
    await page.getByRole('combobox', { name: '学生', exact: true }).fill('张三')
    await page.getByRole('option', { name: /张三/ }).click()
    await page.getByRole('combobox', { name: '接收学校' }).fill('滨江')
    await page.getByRole('option', { name: /滨江中学/ }).click()
    await page.getByRole('button', { name: '提出转学' }).click()
    await page.getByText('等接收学校确认').first().waitFor()
    await appointOffice()
    const { page: other, errors: others } = await stage.console('binjiang')
    await other.getByRole('link', { name: '转学转班' }).click()
    await other.getByRole('button', { name: '确认接收' }).click()
    await other.getByRole('combobox', { name: '到哪个班' }).click({ force: true })
    await other.getByRole('option', { name: /七年级3班/ }).click()
    await stage.shot(other, 'moving-receive')
    await other.getByRole('button', { name: '确认接收' }).last().click()
    await other.getByText('已转入').first().waitFor()
    await sees('七年级3班')
    // The family hears of it, and nothing of the promotion that was undone within the hour.
    await stage.openPage(phone, MOTHER.as, 'packages/account/messages/messages')
    await phone.see(/张三现在在滨江中学七年级3班，班主任：何静老师。欢迎来到新学校！/)
    await phone.screenshot('moving-phone-message')
    expect(await phone.page.getByText('张三现在在').count()).toBe(1)
    await phone.close()
    expect([...errors, ...others]).toEqual([])
  },
  6 * 60_000,
)

/** The receiving school's own administrator, and who leads the class that the child comes to. */
async function appointOffice() {
  const school = await UnitModel.findOne({ fullName: '滨江中学' }).lean()
  const admin = await PersonModel.findOne({ loginName: 'donghu' }).lean()
  const call = await world.as(String(admin?._id), 'staff')
  const loginName = 'binjiang'
  await call(appointStaff, {
    unitId: String(school?._id),
    post: 'school_admin',
    name: '方倩',
    phone: '13900000098',
    loginName,
  })
  const klass = (await UnitModel.findOne({ fullName: '滨江中学七年级3班' }).lean()) as UnitRecord
  await buildStaff(klass, 'class_teacher', { name: '何静' })
  const own = { passwordHash: await hashPassword(PASSWORD), hasFirstPassword: false }
  await PersonModel.updateOne({ loginName }, own)
}
