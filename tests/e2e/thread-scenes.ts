import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { PASSWORD, type Stage } from './stage.ts'

/** A family and a school about to write to each other, on their phones and at the console. */
export function threadScenes(stage: Stage) {
  const { world } = stage
  /** Who plays somebody on the preview signs in with this WeChat. */
  const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId

  async function scene() {
    world.goTo('2026-11-23T02:00:00Z')
    const built = await buildClass(world)
    const { mother, teacher, office, school, klass } = built
    const { fields } = world.deps()
    await PersonModel.updateOne({ _id: mother }, { wxOpenId: openIdOf('张三妈妈'), name: '刘洋' })
    await PersonModel.updateOne(
      { _id: teacher },
      {
        demoAs: '李老师',
        phone: fields.seal('13900000099'),
        phoneIndex: fields.index('13900000099'),
        name: '李文',
        loginName: 'liwen',
        passwordHash: await hashPassword(PASSWORD),
      },
    )
    await buildStaff(school, 'counsellor', { name: '赵静' })
    const principal = await buildStaff(school, 'principal', { name: '陈敏' })
    await PersonModel.updateOne(
      { _id: principal },
      {
        demoAs: '陈校长',
        phone: fields.seal('13900000088'),
        phoneIndex: fields.index('13900000088'),
        loginName: 'chenmin',
        passwordHash: await hashPassword(PASSWORD),
      },
    )
    const letter = await sendLetter(world, office, school, { audience: [klass], title: '春游告知书' })
    await tick(world)
    return { ...built, letter, principal }
  }

  async function openConsole(loginName: string) {
    const page = await stage.stranger()
    page.setDefaultTimeout(20_000)
    await page.setViewportSize({ width: 1280, height: 800 })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${world.origin()}/admin/`)
    await page.getByLabel('账号').fill(loginName)
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('link', { name: /回复/ }).first().waitFor()
    return { page, errors }
  }

  /** The teacher's phone, signed in by its number. */
  async function teachersPhone(as = '李老师') {
    const teacher = await stage.phone(as)
    await teacher.tap('加入孩子的班级')
    await teacher.tap('微信手机号登录')
    await teacher.see('教师端')
    return teacher
  }

  return { scene, openConsole, teachersPhone }
}
