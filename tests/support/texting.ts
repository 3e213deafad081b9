import { Types } from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import type { FieldCrypto } from '../../server/infra/field-crypto.ts'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { startSmsSimulator } from '../../server/scripts/simulator/sms.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import type { World } from './world.ts'

const SECRETS = { keyId: 'key-1', keySecret: 'secret-1', appId: '1400006666', region: 'ap-guangzhou' }
const SIGN = { signName: '滨江教育', template: 'SMS_1' }
/** Of a text message, in fen. */
export const PRICE = 5

/** A gateway for text messages beside the file's tests, Aliyun's client for it, and a run of the worker's job. */
export function useTexting(world: World) {
  let simulator: Awaited<ReturnType<typeof startSmsSimulator>>
  beforeAll(async () => {
    simulator = await startSmsSimulator({
      ...{ port: 0, ...SECRETS, signName: SIGN.signName },
      templates: { SMS_1: ['count', 'title', 'date'] },
    })
  })
  afterAll(() => simulator.stop())
  const sms = () => aliyunSms({ ...SECRETS, baseUrl: simulator.url }, { now: () => new Date() })
  return {
    control: () => simulator.control,
    sms,
    text: () => {
      const { clock, log, fields } = world.deps()
      return textDue({ clock, log, fields, sms: sms() }, () => false)
    },
  }
}

/** A city that pays so much a day and a month, in fen. */
export async function buildPayingCity(money: { dailyFen: number; monthlyFen: number }, changedAt: Date) {
  const cityId = new Types.ObjectId()
  await TextSettingModel.create({
    ...{ _id: cityId, isOn: true, letters: 'all', ...SIGN, priceFen: PRICE, ...money },
    changedAt,
  })
  return cityId
}

/** So many people whose numbers are known. */
export const buildNumbered = (people: number, fields: FieldCrypto) =>
  PersonModel.insertMany(
    Array.from({ length: people }, (_, n) => {
      const phone = `139${String(n).padStart(8, '0')}`
      return { name: `家长${n}`, phone: fields.seal(phone), phoneIndex: fields.index(phone) }
    }),
  )

/** So many people of a paying city, each with a message that WeChat did not bring and that waits to be texted. */
export async function buildWaiting(
  world: World,
  people: number,
  money: Parameters<typeof buildPayingCity>[0],
) {
  const now = world.now()
  const cityId = await buildPayingCity(money, now)
  const persons = await buildNumbered(people, world.deps().fields)
  await OutboxModel.insertMany(
    persons.map(({ _id }) => ({
      ...{ _id: `letterReminder:l:${String(_id)}:1`, kind: 'letterReminder', subject: 'l', personId: _id },
      ...{ path: `/${String(cityId)}/`, title: '信', text: '信', page: 'p', values: { title: '信' } },
      ...{ showAt: now, dueAt: now, status: 'unreachable', mayText: true },
      sms: { status: 'pending', dueAt: now },
    })),
  )
  return { cityId, persons }
}

/** A parent in a paying city who has allowed some messages, an hour apart, and for whom letters wait that are to be signed. */
export async function buildWaitingParent(
  world: World,
  { as, titles, taps = 1 }: { as: string; titles: readonly string[]; taps?: number },
) {
  const { fields } = world.deps()
  const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
  const cityId = await buildPayingCity({ dailyFen: 100, monthlyFen: 100 }, world.now())
  const { openId } = world.simulator().control.identity({ as })
  const phone = '13900000001'
  const { _id } = await PersonModel.create({
    ...{ name: as, wxOpenId: openId, phone: fields.seal(phone), phoneIndex: fields.index(phone) },
  })
  for (let n = 0; n < taps; n++) {
    world.simulator().control.answerPopup({ as, templateIds: [templateId] })
    const at = new Date(world.now().getTime() - n * 3_600_000)
    await noteConsent(openId, templateId, { from: 'page', id: `tap-${as}-${n}`, at })
  }
  await enqueue(
    titles.map((title, n) => ({
      ...{ kind: 'letterReminder' as const, subject: `letter-${n}`, personId: String(_id), mayText: true },
      values: { title, child: '张三', deadline: '请尽快', note: '请签收' },
      ...{ page: 'pages/letters/letter', path: `/${String(cityId)}/` },
    })),
    world.now(),
  )
}
