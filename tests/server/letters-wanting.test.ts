import { beforeEach, expect, it } from 'vitest'
import { confirmMyLetter, openMyLetter, reviseLetter, queueLetter, withdrawLetter } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { OutboxModel, type OutboxRecord } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { buildClass, newRequest, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-25T10:00:00+08:00'))

async function scene() {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { dueOn: '2026-11-27' })
  await tick(world)
  const mother = await world.as(built.mother, 'guardian')
  return { ...built, letter, call: mother, mine: { studentId: String(built.zhang._id), letterId: letter.id } }
}

/** Why each of the messages waiting would not go now, by person. */
async function asked(kind?: 'letterReminder') {
  const waiting = await OutboxModel.find({ status: 'pending' }).lean<OutboxRecord[]>()
  // A reminder has the same key in another kind.
  const messages = waiting.map((it) =>
    kind ? { ...it, kind, _id: `${it._id.replace(/^letter:/, 'letterReminder:')}-before1` } : it,
  )
  const why = await unwanted(messages, world.now())
  return Object.fromEntries(messages.map((it) => [String(it.personId), why.get(it._id) ?? null]))
}

it('lets everything go while nothing has happened', async () => {
  const { mother, father } = await scene()
  expect(await asked()).toEqual({ [mother]: null, [father]: null })
  expect(await asked('letterReminder')).toEqual({ [mother]: null, [father]: null })
})

it('spares who has opened the letter its announcement, and the whole family once it is done', async () => {
  const { mother, father, call, mine } = await scene()
  await call(openMyLetter, mine)
  expect(await asked()).toEqual({ [mother]: 'notNeeded', [father]: null })
  expect(await asked('letterReminder')).toEqual({ [mother]: null, [father]: null })
  await call(confirmMyLetter, mine)
  expect(await asked('letterReminder')).toEqual({ [mother]: 'notNeeded', [father]: 'notNeeded' })
})

it('stops for a letter that is withdrawn or corrected', async () => {
  const { office, letter } = await scene()
  const staff = await world.as(office, 'staff')
  const before = await OutboxModel.find({ status: 'pending' }).lean<OutboxRecord[]>()
  const next = await staff(reviseLetter, { letterId: letter.id, requestId: newRequest() })
  await LetterModel.updateOne({ _id: next.id }, { correction: '时间改了' })
  await staff(queueLetter, { letterId: next.id, sendAt: null })
  expect([...(await unwanted(before, world.now())).values()]).toEqual(['notTheirs', 'notTheirs'])
})

it('stops when a letter is withdrawn', async () => {
  const { office, letter } = await scene()
  const before = await OutboxModel.find({ status: 'pending' }).lean<OutboxRecord[]>()
  await (
    await world.as(office, 'staff')
  )(withdrawLetter, { letterId: letter.id, reason: '日期写错了' })
  expect([...(await unwanted(before, world.now())).values()]).toEqual(['notTheirs', 'notTheirs'])
})

it('stops when guardian and child part, the child leaves, or consent is taken back', async () => {
  const { mother, father, zhang } = await scene()
  await GuardianshipModel.updateOne({ personId: mother }, { to: world.now() })
  await PersonModel.updateOne({ _id: father }, { consent: { version: 1, isGiven: false, at: world.now() } })
  expect(await asked()).toEqual({ [mother]: 'notTheirs', [father]: 'notTheirs' })
  await GuardianshipModel.updateOne({ personId: mother }, { to: null })
  expect(await asked()).toMatchObject({ [mother]: null })
  await StudentModel.updateOne({ _id: zhang._id }, { leftAt: world.now() })
  expect(await asked()).toMatchObject({ [mother]: 'notTheirs' })
})

it('knows nothing of messages about other things', async () => {
  const it = { _id: 'callReminder:x:y:1', kind: 'callReminder', subject: 'x' } as OutboxRecord
  expect(await unwanted([it], world.now())).toEqual(new Map())
})
