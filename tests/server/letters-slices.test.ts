import { expect, it } from 'vitest'
import { createLetter, queueLetter, remindUnread } from '#contract/letters'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { buildTown, type Town } from '../support/town.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** More classes than a request waits for, and than one slice announces to where a slice ends at once. */
const CITY = { districts: 1, schools: 13, classes: 1, students: 1 }
const CLASSES = 65
const OF_ONE_SLICE = 48

const build = () => buildTown(CITY, { signedIn: 0, openIdOf: (id) => `o-${id}` })

async function send({ city, adminToken }: Town, audience: string) {
  const call = world.withToken(adminToken)
  const unitId = String(city._id)
  const draft = await call(createLetter, {
    ...DRAFT,
    unitId,
    requestId: newRequest(),
    audience: [audience],
  })
  return call(queueLetter, { letterId: draft.id, sendAt: null })
}

const toldOf = (letterId: string) => OutboxModel.countDocuments({ kind: 'letter', subject: letterId })

/** A tick whose letters go on by one part a slice, and that is asked to stop after some slices. */
function slices(most: number) {
  let number = 0
  return letterTick({ ...world.deps(), sliceMs: 0 }, () => number++ >= most)
}

it('announces to a whole city in slices: a reminder and a letter to one class need not wait for its end', async () => {
  const town = await build()
  const unitId = String(town.city._id)
  const early = await send(town, String(town.classes[0]?._id))
  await letterTick(world.deps())
  const large = await send(town, unitId)
  const small = await send(town, String(town.classes[1]?._id))
  await world.withToken(town.adminToken)(remindUnread, { letterId: early.id, unitId })

  await slices(2)

  expect(await toldOf(large.id)).toBe(OF_ONE_SLICE)
  expect(await toldOf(small.id)).toBe(1)
  expect(await OutboxModel.countDocuments({ kind: 'letterReminder' })).toBe(1)
})

it('goes on where it was stopped, and tells everybody once', async () => {
  const town = await build()
  const large = await send(town, String(town.city._id))
  await slices(2)

  await letterTick(world.deps())

  expect(await toldOf(large.id)).toBe(CLASSES)
  expect(await LetterModel.findById(large.id).lean()).toMatchObject({
    areSheetsDue: false,
    areMessagesDue: false,
  })
})

it('goes on to the end within one tick, however short its slices are', async () => {
  const town = await build()
  const large = await send(town, String(town.city._id))

  await slices(Infinity)

  expect(await toldOf(large.id)).toBe(CLASSES)
})

const reminded = (letterId: string) =>
  OutboxModel.countDocuments({ kind: 'letterReminder', subject: letterId })
/** Classes whose reminders are one write. */
const OF_ONE_WRITE = 20

it('writes the reminders of a whole city in slices, asked for by hand or by their day, and everybody once', async () => {
  world.goTo('2026-11-23T10:00:00+08:00')
  const town = await build()
  const unitId = String(town.city._id)
  const letter = await send(town, unitId)
  await letterTick(world.deps())
  await world.withToken(town.adminToken)(remindUnread, { letterId: letter.id, unitId })

  await slices(1)
  expect(await reminded(letter.id)).toBe(OF_ONE_WRITE)
  await slices(1)
  // Asked anew from the beginning, as another worker would; what is written is not due any more.
  expect(await reminded(letter.id)).toBe(2 * OF_ONE_WRITE)
  await slices(Infinity)
  expect(await reminded(letter.id)).toBe(CLASSES)

  world.goTo('2026-11-25T07:00:00+08:00')
  await slices(1)
  expect(await reminded(letter.id)).toBe(CLASSES + OF_ONE_WRITE)
  const small = await send(town, String(town.classes[1]?._id))
  await slices(1)
  expect(await toldOf(small.id)).toBe(1)
  expect(await reminded(letter.id)).toBe(CLASSES + 2 * OF_ONE_WRITE)
  await letterTick(world.deps())
  expect(await reminded(letter.id)).toBe(2 * CLASSES)
  expect((await LetterModel.findById(letter.id).lean())?.rungs?.[0]).toMatchObject({ isSkipped: false })
})

it('says that it is alive as long as it works, so that no other worker begins beside it', async () => {
  const town = await build()
  await send(town, String(town.city._id))
  let touches = 0
  const touch = () => Promise.resolve(void touches++)
  await letterTick({ ...world.deps(), sliceMs: 0, touch })
  expect(touches).toBeGreaterThan(8)
})
