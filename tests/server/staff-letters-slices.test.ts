import { beforeEach, expect, it } from 'vitest'
import { createLetter, queueLetter, readLetter } from '#contract/letters'
import { listMyStaffLetters, readStaffFigures } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { DRAFT, newRequest } from '../support/letters.ts'
import { scaled } from '../support/scale.ts'
import { buildStaffCity } from '../support/staff-city.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

/** Thirty classes in a school, each with its 班主任: 60,000 teachers of 2,000 schools, or a tenth of them. */
const CLASSES = 30
const SCHOOLS = scaled(2000, 200)
/** Sheets of one slice that ends at once, and sheets that are announced in one. */
const MADE = 100
const TOLD = 50

async function buildCity(schools: number) {
  const built = await buildStaffCity({ schools, classes: CLASSES })
  const admin = await buildStaff(built.city, 'city_admin', { name: '周敏' })
  return { ...built, call: await world.as(admin, 'staff') }
}

async function sendToAll({ city, call }: Awaited<ReturnType<typeof buildCity>>) {
  const unitId = String(city._id)
  const draft = await call(createLetter, {
    ...{
      ...DRAFT,
      body: '{{称呼}}：\n\n请在班里讲一讲防溺水。',
      unitId,
      requestId: newRequest(),
      audience: [],
    },
    staff: { posts: ['class_teacher'], unitIds: [unitId] },
  })
  return call(queueLetter, { letterId: draft.id, sendAt: null })
}

/** A tick whose letters go on by one part a slice, and that is asked to stop after some slices. */
function slices(most: number) {
  let number = 0
  return letterTick({ ...world.deps(), sliceMs: 0 }, () => number++ >= most)
}

const told = (letterId: string) => OutboxModel.countDocuments({ kind: 'staffMatter', subject: letterId })

it('is written and told to in slices, goes on where it was stopped, and reaches everybody once', async () => {
  const built = await buildCity(MADE + TOLD)
  const { id: letterId } = await sendToAll(built)
  const people = (MADE + TOLD) * CLASSES

  await slices(1)
  expect(await StaffSheetModel.countDocuments()).toBe(MADE)
  expect((await LetterModel.findById(letterId).lean())?.status).toBe('sending')
  await slices(1)
  expect(await StaffSheetModel.countDocuments()).toBe(MADE + TOLD)
  await slices(1)
  expect(await told(letterId)).toBe(TOLD * CLASSES)

  // Killed before it could note how far it had come, it begins anew and makes nothing twice.
  await LetterModel.updateOne({ _id: letterId }, { status: 'sending', sheetsUpTo: '', messagesUpTo: '' })
  await slices(Infinity)

  expect(await StaffSheetModel.countDocuments()).toBe(MADE + TOLD)
  expect(await told(letterId)).toBe(people)
  expect(await LetterModel.findById(letterId).lean()).toMatchObject({ status: 'sent', areMessagesDue: false })
}, 120_000)

it(
  'goes to all 班主任 of a city',
  async () => {
    const built = await buildCity(SCHOOLS)
    const startedAt = performance.now()
    const sent = await sendToAll(built)
    const pressedAt = performance.now()
    await letterTick(world.deps())
    const endedAt = performance.now()

    const unitId = String(built.city._id)
    expect((await built.call(readLetter, { letterId: sent.id })).tally?.expected).toBe(SCHOOLS * CLASSES)
    const askedAt = performance.now()
    const { total } = await built.call(readStaffFigures, { letterId: sent.id, unitId })
    const figuresMs = performance.now() - askedAt
    expect(total.expected).toBe(SCHOOLS * CLASSES)
    expect(await told(sent.id)).toBe(SCHOOLS * CLASSES)
    expect(await OutboxModel.distinct('personId', { subject: sent.id })).toHaveLength(SCHOOLS * CLASSES)
    const one = await PersonModel.findOne({ name: '老师0-0' }).lean()
    const teacher = await world.as(String(one?._id), 'staff')
    expect((await teacher(listMyStaffLetters, {})).letters).toHaveLength(1)
    process.stdout.write(
      `${SCHOOLS * CLASSES} teachers of ${SCHOOLS} schools: button ${Math.round(pressedAt - startedAt)} ms, ` +
        `sheets and messages ${Math.round(endedAt - pressedAt)} ms, figures of the city ${Math.round(figuresMs)} ms\n`,
    )
  },
  scaled(600_000, 120_000),
)
