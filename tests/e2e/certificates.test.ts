import { expect, it } from 'vitest'
import { readMyCertificate } from '#contract/certificates'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { PLAIN_RULES } from '#contract/certificate-rules'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { passAll } from '../support/learning.ts'
import { PASSWORD, useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const MOTHER = '张三妈妈'
/** Who plays somebody on the preview signs in with this WeChat. */
const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId

/** A mother who has passed the exam of a programme that asks for a meeting as well, and her school with a console. */
async function scene() {
  const { city, district } = await stage.open()
  const evidence = { what: '参加一次家长会', ways: ['checkIn', 'upload'] as ('checkIn' | 'upload')[] }
  await ProgrammeModel.updateMany({ code: 'grade7' }, { certificate: { ...PLAIN_RULES, evidence } })
  const branch = await buildBranch({ city, district })
  const student = await buildStudent(branch.klass, { name: '张三' })
  const personId = await buildGuardian(world, student)
  const office = await buildStaff(branch.school, 'school_admin', { name: '许静' })
  await PersonModel.updateOne({ _id: personId }, { wxOpenId: openIdOf(MOTHER), name: '刘洋' })
  await PersonModel.updateOne(
    { _id: office },
    { loginName: 'xujing', passwordHash: await hashPassword(PASSWORD) },
  )
  const call = await world.as(personId, 'guardian')
  expect((await passAll(world, call)).awaits).toBe('evidence')
  return { ...branch, call }
}

it(
  'leads from the code on the teacher’s screen to a certificate, its replacement and a stranger’s check',
  async () => {
    const { school, call } = await scene()
    const unitId = String(school._id)
    const { page, errors } = await stage.console('xujing')

    await page.goto(`${world.origin()}/admin/evidence?unitId=${unitId}`)
    await page.getByRole('button', { name: '开始签到' }).click()
    await page.getByLabel('活动的名称').fill('七年级秋季家长会')
    await page.getByRole('dialog').getByRole('button', { name: '开始签到' }).click()
    await page.getByText('输入或扫这个码').waitFor()
    const digits = ((await page.locator('.digits').textContent()) ?? '').trim()
    await stage.shot(page, 'certificates-01-code')

    const phone = await stage.phone(MOTHER)
    await stage.openPage(phone, MOTHER, 'packages/course/evidence/evidence?code=grade7')
    await phone.see('参加一次家长会')
    await phone.page.locator('input').fill(digits.replace(' ', ''))
    await phone.screenshot('certificates-02-check-in')
    await phone.tap(phone.page.getByText('签到', { exact: true }).last())
    await phone.see('这一步已经完成')
    await phone.screenshot('certificates-03-checked-in')

    const held = await CertificateModel.findOne().lean()
    const id = String(held?._id)
    await stage.openPage(phone, MOTHER, `packages/course/certificate/certificate?id=${id}`)
    await phone.see('发送电子凭证')
    await expect
      .poll(async () => (await call(readMyCertificate, { certificateId: id })).copies.picture)
      .not.toBeNull()
    await phone.screenshot('certificates-04-certificate')

    await page.goto(`${world.origin()}/admin/certificates?unitId=${unitId}`)
    await page.getByRole('button', { name: '换发' }).click()
    await page.getByLabel('持证人姓名').fill('刘阳')
    await page.getByLabel('换发原因').fill('花名册里姓名打错')
    await page.getByRole('button', { name: '换发新证' }).click()
    await page.getByText('已换发', { exact: true }).waitFor()
    await stage.shot(page, 'certificates-05-register')
    expect(errors).toEqual([])

    await stage.openPage(phone, MOTHER, `packages/course/certificate/certificate?id=${id}`)
    await phone.see('已换发')
    await phone.screenshot('certificates-06-replaced')
    await phone.close()

    const fresh = await CertificateModel.findOne({ status: 'valid' }).lean()
    const stranger = await stage.stranger()
    await stranger.goto(`${world.origin()}/verify/${held?.number ?? ''}`)
    await stranger.getByText('这个编号已经换成新证').waitFor()
    await stranger.goto(`${world.origin()}/verify/${fresh?.number ?? ''}`)
    await stranger.getByLabel('知道持证人姓名？').fill('刘阳')
    await stranger.getByRole('button', { name: '核对全部内容' }).click()
    await stranger.getByText('张三，').waitFor()
    const bytes = await world.deps().files.get(fresh?.pdf ?? '')
    const choose = (buffer: Buffer) =>
      stranger.locator('#file').setInputFiles({ name: '绿证.pdf', mimeType: 'application/pdf', buffer })
    await choose(bytes)
    await stranger.getByText('是原件，一个字节也没有改动').waitFor()
    await choose(Buffer.concat([bytes, Buffer.from(' ')]))
    await stranger.getByText('这不是平台发出的原件').waitFor()
    await stage.shot(stranger, 'certificates-07-verify')
    await stranger.context().close()
    await page.context().close()
  },
  5 * 60_000,
)
