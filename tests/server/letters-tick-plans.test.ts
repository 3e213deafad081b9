import { expect, it } from 'vitest'
import { openMyLetter } from '#contract/letters'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { unsent } from '../../server/modules/letters/sending/slices/service.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { takeIn } from '../../server/modules/notify/push/service.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { newId } from '../support/build.ts'

const world = useWorld()
const BATCH = 240

it('asks every few seconds whether anything is due, and reads nothing where nothing is', async () => {
  const { office, school, mother, zhang } = await buildClass(world)
  const call = await world.as(mother, 'guardian')
  for (let number = 0; number < 6; number++) {
    const { id: letterId } = await sendLetter(world, office, school)
    await call(openMyLetter, { studentId: String(zhang._id), letterId })
  }
  // A child whose family has just joined is looked at once more after ten seconds, which a busy machine may take.
  const at = world.now()
  const deps = { ...world.deps(), clock: { now: () => at } }
  await letterTick(deps)
  await letterTick(deps)

  const idle = await statementsOf(() => letterTick(deps))

  expect(scans(idle)).toEqual([])
  expect(idle.filter((it) => it.docsExamined > 0)).toEqual([])
})

it('finds a sending that was cut short by two short indexes, in the order of the letters', async () => {
  const { office, school } = await buildClass(world)
  const ids: string[] = []
  for (let number = 0; number < 6; number++) ids.push((await sendLetter(world, office, school)).id)
  await LetterModel.updateOne({ _id: ids[1] }, { status: 'sending' })
  await LetterModel.updateOne({ _id: ids[0] }, { areSheetsDue: true })

  let found: string[] = []
  const statements = await statementsOf(async () => {
    found = (await unsent()).map((it) => String(it._id))
  })

  expect(found).toEqual([ids[0], ids[1]])
  expect(scans(statements)).toEqual([])
  expect(statements[0]?.docsExamined).toBeLessThan(5)
})

it('leases and reports messages without walking through all that waits', async () => {
  world.goTo('2026-11-25T04:00:00Z')
  const waiting = Array.from({ length: 3 * BATCH }, () => ({
    kind: 'letter' as const,
    subject: 'plans',
    personId: newId(),
    values: { title: '春游告知书', sender: '实验中学', child: '张三', note: '请签收' },
    page: 'pages/letters/letter',
  }))
  await enqueue(waiting, world.now())
  const { clock, log, wechat } = world.deps()
  let batches = 0
  const dispatching = { clock, log, wechat, templates: {}, addressesOf: openIdsOf }

  const statements = await statementsOf(async () => {
    await dispatchDue(dispatching, () => batches++ > 0)
    await takeIn(
      {
        kind: 'delivery',
        openId: 'o-1',
        outcomes: [{ templateId: 't', messageId: 'm-1', errcode: 1 }],
      } as never,
      world.deps(),
    )
  })

  expect(scans(statements)).toEqual([])
  const most = Math.max(...statements.filter((it) => it.name.endsWith('outbox')).map((it) => it.docsExamined))
  expect(most).toBeLessThanOrEqual(BATCH)
})
