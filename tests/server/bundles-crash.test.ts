import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { QuotaModel } from '../../server/modules/notify/consents/model.ts'
import { OutboxModel, type OutboxRecord } from '../../server/modules/notify/model.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { useDispatchWorker } from '../support/dispatching.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

// Whatever is killed while the letters of a day are bundled and sent: nobody gets two messages on a day, each message holds every letter
// that waited for its person, and a letter is in one message at most.
const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
const PEOPLE = scaled(3_000, 240)
const KILLS = scaled(25, 3)
const TITLES = ['春游告知书', '家长会通知', '校服尺码登记']
/** Comes while the first day's messages go out. */
const LATE = '停课通知'
const LETTERS = [...TITLES, LATE]
/** So many people one process has on the way at the same time. */
const WIDTH = 24
const DAYS = ['2026-11-25T12:00:00+08:00', '2026-11-26T12:00:00+08:00']

const worker = useDispatchWorker(world)

/** What a dead process held runs out by itself within two minutes; here it is made to have run out. */
const letLeasesRunOut = () =>
  OutboxModel.updateMany({ status: { $in: ['pending', 'sending'] } }, { leaseUntil: new Date(0) })

const delivered = () => world.simulator().control.delivered()

async function people() {
  const { control } = world.simulator()
  control.world.sendMs = 20
  const named = Array.from({ length: PEOPLE }, (_, n) => control.identity({ as: `家长${n}` }))
  for (const { openId } of named) control.world.addQuota(openId, templateId, 3)
  await QuotaModel.collection.insertMany(
    named.map(({ openId }) => ({
      ...{ _id: `${openId}:${templateId}`, left: 3, holders: [], taps: [], revision: 0 },
    })) as never[],
  )
  return PersonModel.insertMany(named.map(({ as, openId }) => ({ name: as, wxOpenId: openId })))
}

const write = (personIds: string[], title: string, now: string) =>
  enqueue(
    personIds.map((personId) => ({
      ...{
        kind: 'letterReminder' as const,
        subject: `letter-${LETTERS.indexOf(title)}`,
        personId,
        page: 'p',
      },
      values: { title, child: '张三', deadline: '请尽快', note: '请签收' },
    })),
    new Date(now),
  )

/** How many letters a message says it holds: 3封信等您签收, or one by its title. */
const countIn = (message: object) => Number(/(\d+)封信等您签收/.exec(JSON.stringify(message))?.[1] ?? 1)

/** The letters of each call that was answered, by the lead's key. */
async function bundles() {
  const rows = await OutboxModel.find(
    { status: { $in: ['sent', 'unknown'] } },
    { personId: 1, withId: 1, status: 1 },
  ).lean<Pick<OutboxRecord, '_id' | 'personId' | 'withId' | 'status'>[]>()
  const calls = Map.groupBy(rows, (it) => it.withId ?? it._id)
  return [...calls.values()].filter((letters) => letters.every((it) => it.status === 'sent'))
}

it(
  'sends each person one message a day with every letter in it, though the worker is killed again and again',
  async () => {
    const accounts = await people()
    const ids = accounts.map((it) => String(it._id))
    const [today = '', tomorrow = ''] = DAYS
    for (const title of TITLES) await write(ids, title, today)

    const step = Math.floor(PEOPLE / (KILLS + 1))
    for (let kill = 1; kill <= KILLS; kill++) {
      const exit = worker.start(today)
      await expect
        .poll(() => delivered().length, { timeout: 90_000, interval: 1 })
        .toBeGreaterThanOrEqual((kill - 1) * step + 1)
      // Anywhere between the making of the first bundle and the answer to the last.
      await sleep(Math.random() * ((step / WIDTH) * 60))
      worker.kill()
      await exit
      await letLeasesRunOut()
      if (kill === 1) await write(ids, LATE, today)
    }
    expect(await worker.start(today)).toEqual([0, null])
    const firstDay = delivered()
    expect(await worker.start(tomorrow)).toEqual([0, null])
    const secondDay = delivered().slice(firstDay.length)

    for (const day of [firstDay, secondDay]) {
      const called = day.map((it) => it.openId)
      expect(new Set(called).size).toBe(called.length)
    }
    const states = await OutboxModel.aggregate<{ _id: string; count: number }>([{ $sortByCount: '$status' }])
    const rows = Object.fromEntries(states.map((it) => [it._id, it.count]))
    expect(Object.keys(rows).filter((it) => it !== 'sent' && it !== 'unknown')).toEqual([])
    // Cut off on the way, nobody knows whether it arrived: at most what the killed workers had in hand.
    const cut = await OutboxModel.distinct('personId', { status: 'unknown' })
    expect(cut.length).toBeLessThanOrEqual(KILLS * WIDTH)

    const sent = await bundles()
    const known = new Map(accounts.map((it) => [String(it._id), it.wxOpenId]))
    const heldBy = (day: typeof firstDay) => new Map(day.map((it) => [it.openId, countIn(it)]))
    const [held, heldNext] = [heldBy(firstDay), heldBy(secondDay)]
    for (const letters of sent) {
      const openId = known.get(String(letters[0]?.personId)) ?? ''
      // The message says as many letters as its records; those of the first day are all that waited then.
      expect([held.get(openId), heldNext.get(openId)]).toContain(letters.length)
    }
    const whole = firstDay.filter((it) => countIn(it) < TITLES.length)
    expect(whole).toEqual([])
    process.stdout.write(
      `${JSON.stringify({ people: PEOPLE, kills: KILLS, firstDay: firstDay.length, secondDay: secondDay.length, cutOff: cut.length, rows })}\n`,
    )
  },
  scaled(600_000, 120_000),
)
