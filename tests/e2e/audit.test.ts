import { expect, it } from 'vitest'
import { openMyLetter } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { openLog } from '../../server/infra/log.ts'
import { sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()

it('a number for a reason, an export with consent, and a parent who reads who looked', async () => {
  const { world } = stage
  const { school, klass, zhang, mother, office, teacher } = await buildClass(world)
  const principal = await buildStaff(school, 'principal', { name: '陈敏' })
  const passwordHash = await hashPassword(PASSWORD)
  for (const [personId, loginName] of [
    [teacher, 'liwen'],
    [office, 'bangong'],
    [principal, 'chenmin'],
  ]) {
    await PersonModel.updateOne({ _id: personId }, { loginName, passwordHash })
  }
  const { openId } = world.simulator().control.identity({ as: '张三妈妈' })
  await PersonModel.updateOne({ _id: mother }, { demoAs: '张三妈妈', wxOpenId: openId })
  const letter = await sendLetter(world, office, school)
  const of = { studentId: String(zhang._id), letterId: letter.id }
  await (
    await world.as(mother, 'guardian')
  )(openMyLetter, of)

  // The class teacher shows one number, and has to say why.
  const desk = await stage.console('liwen')
  await desk.page.getByRole('link', { name: '花名册', exact: true }).click()
  await desk.page.getByRole('button', { name: '显示张三的妈妈的号码' }).click()
  await desk.page.getByText('紧急情况').click()
  const show = desk.page.getByRole('button', { name: '显示', exact: true })
  expect(await show.isDisabled()).toBe(true)
  await desk.page.getByLabel('原因').fill('孩子发烧，请来接')
  await show.click()
  await desk.page.getByText(/^139\d{8}/).waitFor()
  await stage.shot(desk.page, 'audit-number')
  await desk.page.getByRole('button', { name: '关闭', exact: true }).click()
  expect(desk.errors).toEqual([])

  // The office asks, the principal agrees; the standing rules stand beside it.
  const asking = await stage.console('bangong')
  await asking.page.getByRole('link', { name: '名单审批' }).click()
  await asking.page.getByRole('button', { name: '我要申请' }).click()
  await asking.page.getByLabel('用途').fill('打印签收单，交教务处存档')
  await asking.page.getByRole('button', { name: '提交申请' }).click()
  await asking.page.getByText('等待中').waitFor()
  const deciding = await stage.console('chenmin')
  await deciding.page.getByRole('link', { name: '名单审批', exact: true }).click()
  await deciding.page.getByText('学校开通时的默认规则').first().waitFor()
  await stage.shot(deciding.page, 'audit-approvals')
  await deciding.page.getByRole('button', { name: '同意24小时' }).click()
  await deciding.page.getByText('已同意', { exact: true }).first().waitFor()

  // The log says who, and the screen says whose it is.
  await sealWaiting(world.now(), openLog('silent'))
  await deciding.page.getByRole('link', { name: '操作记录' }).click()
  await deciding.page.getByText('妈妈的号码（紧急情况）：孩子发烧，请来接').waitFor()
  await deciding.page.getByText('最新链值').waitFor()
  await stage.shot(deciding.page, 'audit-log')
  expect(deciding.errors).toEqual([])

  const phone = await stage.phone('张三妈妈', 'packages/account/views/views')
  await phone.see('看了家长的完整手机号')
  await phone.see(`说明：妈妈的号码（紧急情况）：孩子发烧，请来接`)
  await phone.see(`查看了${klass.fullName}的学生与家长名单`)
  await phone.screenshot('main-job/audit-views')
  await phone.close()
}, 180_000)
