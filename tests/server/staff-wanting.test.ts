import { beforeEach, expect, it } from 'vitest'
import { withdrawLetter } from '#contract/letters'
import { answerMyStaffLetter } from '#contract/staff-answers'
import { openMyStaffLetter } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel, type OutboxRecord } from '../../server/modules/notify/model.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { messagesOf } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { tick } from '../support/letters.ts'
import { statementsOf, scans } from '../support/plans.ts'
import { buildMeeting, MEETING } from '../support/staff-letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const FORM = { ...MEETING, fields: MEETING.fields.slice(0, 1) }
const COMES = [{ code: 'attend', value: ['到会'] }]

/** Twenty past six on the day before the last one: the reminders of eight o'clock are written. */
async function early(over: Parameters<typeof buildMeeting>[1] = {}) {
  const built = await buildMeeting(world, { form: FORM, ...over })
  for (const at of ['2026-11-25T00:00:00Z', '2026-11-25T22:20:00Z']) {
    await OutboxModel.updateMany({}, { status: 'sent' })
    world.goTo(at)
    await tick(world)
  }
  const reminders = await OutboxModel.find({ rung: 'before1' }).lean<OutboxRecord[]>()
  const otherId = String((await PersonModel.findOne({ name: '周敏' }).lean())?._id)
  return { ...built, reminders, otherId }
}

/** Why each of some messages would not go now, by person. */
async function asked(messages: OutboxRecord[]) {
  const why = await unwanted(messages, world.now())
  return Object.fromEntries(messages.map((it) => [String(it.personId), why.get(it._id) ?? null]))
}

const dispatch = () => {
  const { clock, log, wechat, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue(
    {
      ...{ clock, log, wechat, templates, addressesOf: openIdsOf },
      unwanted: (messages) => unwanted(messages, world.now()),
    },
    () => false,
  )
}

it('spares a whole office the reminder of a receipt that one of them has filled in before eight', async () => {
  const { head, headId, deputyId, otherId, letterId, reminders } = await early()
  expect(await asked(reminders)).toEqual({ [headId]: null, [deputyId]: null, [otherId]: null })

  world.goTo('2026-11-25T23:10:00Z')
  await head(answerMyStaffLetter, { letterId, answers: COMES })
  world.goTo('2026-11-26T00:00:10Z')
  await dispatch()

  const states = await OutboxModel.find({ rung: 'before1' }, { personId: 1, reason: 1, status: 1 }).lean()
  expect(Object.fromEntries(states.map((it) => [String(it.personId), it.reason]))).toMatchObject({
    [headId]: 'notNeeded',
    [deputyId]: 'notNeeded',
    [otherId]: 'noAddress',
  })
  const { messages } = await messagesOf(deputyId, undefined, world.now())
  expect(messages.map((it) => it.rung)).not.toContain('before1')
  expect(messages.at(-1)?.values).toMatchObject({ title: '收到一封写给老师的信' })
})

it('reminds a head of two schools until both have answered', async () => {
  const { head, headId, other, school, letterId, reminders } = await early()
  const { path, _id: unitId } = other.school
  const post = { post: 'principal', unitId, path, from: new Date(0), to: null }
  await PersonModel.updateOne({ _id: headId }, { $push: { posts: post } })
  const answer = (unit: typeof school) =>
    head(answerMyStaffLetter, { letterId, unitId: String(unit._id), answers: COMES })

  await answer(school)
  expect(await asked(reminders)).toMatchObject({ [headId]: null })
  await answer(other.school)
  expect(await asked(reminders)).toMatchObject({ [headId]: 'notNeeded' })
})

it('stops when the letter is withdrawn, and for who has left the post', async () => {
  const { district, headId, deputyId, otherId, letterId, reminders } = await early()
  await PersonModel.updateOne({ _id: headId }, { 'posts.0.to': world.now() })
  expect(await asked(reminders)).toEqual({ [headId]: 'notTheirs', [deputyId]: null, [otherId]: null })
  await district(withdrawLetter, { letterId, reason: '会议取消' })
  expect(await asked(reminders)).toMatchObject({ [deputyId]: 'notTheirs', [otherId]: 'notTheirs' })
})

it('spares the announcement who has opened the letter already, and nobody else', async () => {
  const { head, headId, deputyId, otherId, letterId } = await buildMeeting(world, { form: null }).then(
    async (built) => ({
      ...built,
      otherId: String((await PersonModel.findOne({ name: '周敏' }).lean())?._id),
    }),
  )
  const announcements = await OutboxModel.find({ subject: letterId }).lean<OutboxRecord[]>()
  await head(openMyStaffLetter, { letterId })
  expect(await asked(announcements)).toEqual({ [headId]: 'notNeeded', [deputyId]: null, [otherId]: null })
})

it('asks the database three times for a batch, each by an index', async () => {
  const { reminders } = await early()
  const statements = await statementsOf(() => unwanted(reminders, world.now()))
  expect(statements.map((it) => it.name).sort()).toEqual(['find letters', 'find people', 'find staffSheets'])
  expect(scans(statements)).toEqual([])
})
