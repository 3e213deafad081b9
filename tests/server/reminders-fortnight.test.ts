import { expect, it } from 'vitest'
import { confirmMyLetter, openMyLetter, withdrawLetter } from '#contract/letters'
import { shanghaiDay, shanghaiMinutes } from '../../server/infra/clock.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { TextModel } from '../../server/modules/notify/texting/model.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const DAYS = 14
const FAMILIES = 7
const LETTERS = 26
/** Before, in and after quiet hours; around the hour of the ladder; and when people are at home. */
const HOURS = [6.1, 7.02, 8.02, 12.5, 18, 21.7]

/** The same numbers on every machine; another seed tries another fortnight. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Call {
  who: string
  at: Date
}

/**
 * A fortnight of a class by a clock that is moved on: letters of every kind go out at odd hours, families read, confirm or do nothing,
 * letters are withdrawn, several workers ask at once and some die in the middle. Whatever happens, nobody is written to twice on a day,
 * nobody in the night, and nobody about what is done.
 */
it.each([7])(
  'keeps its word for a fortnight (seed %i)',
  async (seed) => {
    const pick = random(seed)
    world.goTo('2026-11-02T09:00:00+08:00')
    const { office, school, city, klass, zhang, mother } = await buildClass(world)
    const families = [{ studentId: String(zhang._id), personId: mother }]
    for (let n = 1; n < FAMILIES; n++) {
      const student = await buildStudent(klass)
      // Every third child has a brother or sister: one parent of two.
      const over = n % 3 === 0 ? { personId: families.at(-1)?.personId ?? mother } : {}
      families.push({ studentId: String(student._id), personId: await buildGuardian(world, student, over) })
    }
    await TextSettingModel.create({
      _id: city._id,
      ...{ isOn: true, letters: 'all', signName: '签名', template: 'T', changedAt: world.now() },
      ...{ priceFen: 5, dailyFen: 10_000, monthlyFen: 100_000 },
    })
    const templateIds = ['letter', 'letterReminder'].map((it) => DEMO_TEMPLATE_IDS[it] ?? '')
    for (const personId of new Set(families.map((it) => it.personId))) {
      // Some have allowed plenty, some one, some none: these are texted.
      const openId = (await PersonModel.findById(personId).lean())?.wxOpenId ?? ''
      for (let n = pick(3) * 6; n > 0; n--) {
        for (const id of templateIds) {
          const report = { from: 'page', id: `${personId}-${n}`, at: new Date(n * 3_600_000) } as const
          await noteConsent(openId, id, report)
        }
      }
    }
    const personOf = new Map<string, string>()
    for (const [person, openId] of await openIdsOf(families.map((it) => it.personId)))
      personOf.set(openId, person)

    const calls: Call[] = []
    const done = new Set<string>()
    const late: string[] = []
    const said = (who: string) => calls.push({ who, at: world.now() })
    const { clock, log, fields, env } = world.deps()
    const rooms = {
      unwanted: (messages: never[], also?: { spareReaders: boolean }) =>
        unwanted(messages, world.now(), also),
    }
    const wechat = {
      async sendSubscribeMessage({ openId }: { openId: string }) {
        said(personOf.get(openId) ?? openId)
        return { messageId: `m${calls.length}` }
      },
    }
    const sms = {
      async send({ serial }: { serial: string }) {
        said(String((await TextModel.findById(serial).lean())?.personId))
        return { providerId: serial }
      },
    }
    const templates = readTemplates(env.WX_TEMPLATES)
    const work = async () => {
      let steps = 5 + pick(200)
      // A worker may be told to stop in the middle of its batch.
      const isStopped = () => steps-- < 0
      const deps = { clock, log, wechat, templates, addressesOf: openIdsOf, ...rooms } as never
      await dispatchDue(deps, isStopped)
      await textDue({ clock, log, fields, sms, ...rooms } as never, isStopped)
    }

    const phones = new Map<string, ReturnType<typeof world.as>>()
    const as = (personId: string) => {
      const phone = phones.get(personId) ?? world.as(personId, 'guardian')
      phones.set(personId, phone)
      return phone
    }
    const letters: { id: string; isGone: boolean }[] = []
    for (let step = 0; step < DAYS * HOURS.length; step++) {
      const midnight = Date.parse('2026-11-02T00:00:00+08:00') + Math.floor(step / HOURS.length) * 86_400_000
      world.goTo(new Date(midnight + (HOURS[step % HOURS.length] ?? 0) * 3_600_000).toISOString())
      if (letters.length < LETTERS && pick(5) === 0) {
        const dueOn = shanghaiDay(new Date(world.now().getTime() + (1 + pick(5)) * 86_400_000))
        const over = pick(3) > 0 ? { dueOn } : {}
        const { id } = await sendLetter(world, office, school, {
          title: `第${letters.length + 1}封`,
          ...over,
        })
        letters.push({ id, isGone: false })
      }
      for (const letter of letters.filter((it) => !it.isGone)) {
        if (pick(60) === 0) {
          letter.isGone = true
          await (
            await world.as(office, 'staff')
          )(withdrawLetter, { letterId: letter.id, reason: '写错了' })
          continue
        }
        const family = families[pick(families.length)]
        if (!family || pick(6) > 0) continue
        const call = await as(family.personId)
        const mine = { studentId: family.studentId, letterId: letter.id }
        await call(openMyLetter, mine)
        if (pick(2) === 0) {
          await call(confirmMyLetter, mine)
          done.add(`${letter.id} ${family.studentId}`)
        }
      }
      await tick(world)
      const before = new Set(
        (await OutboxModel.find({ status: { $in: ['sent'] } }, { _id: 1 }).lean()).map((it) => it._id),
      )
      await Promise.all([work(), work(), work()])
      const sent = await OutboxModel.find({ kind: 'letterReminder', status: 'sent' }, { _id: 1 }).lean()
      for (const { _id } of sent.filter((it) => !before.has(it._id))) {
        const [, letterId = '', , step = ''] = _id.split(':')
        if (done.has(`${letterId} ${step.slice(0, 24)}`)) late.push(_id)
        if (letters.find((it) => it.id === letterId)?.isGone) late.push(_id)
      }
    }

    const perDay = Map.groupBy(calls, ({ who, at }) => `${who} ${shanghaiDay(at)}`)
    expect([...perDay].filter(([, some]) => some.length > 1).map(([key]) => key)).toEqual([])
    const night = calls.filter(
      ({ at }) => shanghaiMinutes(at) < 7 * 60 || shanghaiMinutes(at) >= 21 * 60 + 30,
    )
    expect(night).toEqual([])
    expect(late).toEqual([])
    expect(letters.length).toBeGreaterThan(10)
    expect(calls.length).toBeGreaterThan(30)
    expect(await TextModel.countDocuments()).toBeGreaterThan(0)
    expect(await OutboxModel.countDocuments({ status: { $in: ['sending', 'unknown'] } })).toBe(0)
  },
  280_000,
)
