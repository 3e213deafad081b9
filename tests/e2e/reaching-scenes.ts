import type { Types } from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import { saveTextSetting } from '#contract/texting'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { noteConsent, switchOff } from '../../server/modules/notify/consents/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { noteBadNumber, optOut } from '../../server/modules/notify/texting/choices/service.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildListedGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { buildClass, tick } from '../support/letters.ts'
import { PASSWORD, type Stage } from './stage.ts'

const SECRETS = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666', region: 'ap-guangzhou' }
const SETTING = {
  ...{ isOn: true, letters: 'all' as const, first: 'chosen' as const, signName: '滨江教育' },
  ...{ template: 'SMS_1', priceFen: 5, dailyFen: 10_000, monthlyFen: 200_000 },
}

/** A class with a family of every kind, a city that pays for text messages, and the hours of the workers. */
export function reachingScenes(stage: Stage) {
  const { world } = stage
  let gateway: Awaited<ReturnType<typeof startSmsSimulator>>
  beforeAll(async () => {
    const templates = { SMS_1: ['count', 'title', 'date'] }
    gateway = await startSmsSimulator({ port: 0, ...SECRETS, signName: SETTING.signName, templates })
    world.deps().sms = aliyunSms({ ...SECRETS, baseUrl: gateway.url }, { now: () => new Date() })
  })
  afterAll(() => gateway.stop())

  /** So many times WeChat may ring somebody up. */
  async function allow(as: string, kind: 'letter' | 'letterReminder', times = 1) {
    const templateId = DEMO_TEMPLATE_IDS[kind] ?? ''
    const { control } = world.simulator()
    const { openId } = control.identity({ as })
    for (let n = 0; n < times; n++) {
      control.answerPopup({ as, templateIds: [templateId] })
      await noteConsent(openId, templateId, { from: 'page', id: newId(), at: world.now() })
    }
  }

  /** Signs in at the console with a password. */
  const login = async (personId: string, loginName: string) =>
    PersonModel.updateOne({ _id: personId }, { loginName, passwordHash: await hashPassword(PASSWORD) })

  async function scene() {
    world.goTo('2026-11-23T10:00:00+08:00')
    const built = await buildClass(world)
    const { city, school, klass, office, mother } = built
    await login(office, 'xujing')
    const admin = await buildStaff(city, 'city_admin', { name: '周敏' })
    await login(admin, 'shiju')
    const call = await world.as(admin, 'staff')
    await call(saveTextSetting, { unitId: String(city._id), ...SETTING })

    const openIdOf = (as: string) => world.simulator().control.identity({ as }).openId
    await PersonModel.updateOne({ _id: mother }, { wxOpenId: openIdOf('张三妈妈'), demoAs: '张三妈妈' })
    await allow('张三妈妈', 'letter', 3)
    await allow('张三妈妈', 'letterReminder', 3)

    const family = async (name: string) => {
      const student = await buildStudent(klass, { name })
      const person = await buildGuardian(world, student, { openId: openIdOf(`${name}妈妈`) })
      return { student, person }
    }
    const usedUp = await family('王五')
    const off = await family('赵六')
    await switchOff(openIdOf('赵六妈妈'), DEMO_TEMPLATE_IDS.letterReminder ?? '', new Date())
    await optOut(off.person, world.now())
    const nowhere = await family('孙七')
    await PersonModel.updateOne({ _id: nowhere.person }, { $unset: { wxOpenId: 1 } })
    const wrong = await buildStudent(klass, { name: '周八' })
    await buildListedGuardian(world, wrong, '13711112222')
    await GuardianshipModel.updateOne({ studentId: wrong._id }, { deniedAt: world.now() })
    const bad = await family('吴九')
    const bond = await bondOf(bad.student._id)
    await noteBadNumber(bad.person, bond?.phoneIndex ?? '')
    const students = { usedUp: usedUp.student, off: off.student, nowhere: nowhere.student, bad: bad.student }
    return { ...built, ...students, schoolId: String(school._id) }
  }

  /** The district of the scene, with one more school in which nothing reaches three families of a class. */
  async function above({ district }: Pick<Awaited<ReturnType<typeof scene>>, 'district'>) {
    const parent = await ensureUnit({ kind: 'school', name: '第二小学', code: 'S-2', parent: district })
    const grade = await ensureUnit({ kind: 'grade', name: '一年级', code: 'S-2-1', grade: 1, parent })
    const klass = await ensureUnit({ kind: 'class', name: '1班', code: 'S-2-1-1', grade: 1, parent: grade })
    for (const [n, name] of ['郑十', '冯一', '褚二'].entries())
      await buildListedGuardian(world, await buildStudent(klass, { name }), `1371111333${n}`)
    const admin = await buildStaff(district, 'district_admin', { name: '陈立' })
    await login(admin, 'donghu')
    return { admin, school: parent }
  }

  const bondOf = (studentId: Types.ObjectId) => GuardianshipModel.findOne({ studentId }).lean()

  /** What the workers do at an instant. */
  async function at(iso: string) {
    world.goTo(iso)
    const { clock, log, wechat, env, fields, sms } = world.deps()
    const rooms = {
      unwanted: (messages: never[], also?: { spareReaders: boolean }) =>
        unwanted(messages, world.now(), also),
    }
    await tick(world)
    const templates = readTemplates(env.WX_TEMPLATES)
    await dispatchDue(
      { clock, log, wechat, templates, addressesOf: openIdsOf, ...rooms } as never,
      () => false,
    )
    await textDue({ clock, log, fields, sms, ...rooms } as never, () => false)
  }

  return { scene, above, at }
}
