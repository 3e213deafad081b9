import { Types } from 'mongoose'
import { beforeEach, describe, expect, it } from 'vitest'
import { beatLesson, readMyProgramme } from '#contract/courses'
import { readDashboard } from '#contract/figures'
import { listDuties, listMyTodos } from '#contract/home'
import { listHelpLines } from '#contract/hotlines'
import { listOpenObjections, readObjections, verifySignedCopy } from '#contract/letter-receipts'
import { confirmMyLetter, listMyLetters, objectToMyLetter, openMyLetter } from '#contract/letters'
import { bookSlot, listFreeSlots, openSlots } from '#contract/meetings'
import { keepAwayNewcomers } from '../../server/modules/letters/threads/seating/service.ts'
import { BarModel } from '../../server/modules/org/families/bars/model.ts'
import { JoinModel } from '../../server/modules/org/joins/model.ts'
import { tellListed } from '../../server/modules/org/roster/telling/service.ts'
import { GroupModel } from '../../server/modules/org/transfers/assignments/model.ts'
import { tendGroups } from '../../server/modules/org/transfers/assignments/waiting/service.ts'
import { TransferModel } from '../../server/modules/org/transfers/model.ts'
import { tendTransfers } from '../../server/modules/org/transfers/waiting/service.ts'
import { buildStaff } from '../support/build.ts'
import { publish } from '../support/learning.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { scans, type Statement, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

// The hot paths of docs/decisions/0006-bench.md, as the database itself recorded them. A statement more or less is a
// change of what every parent's tap costs: change the bench's bare handler and that page with it.
const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const WHO = 'find people'
const OWN_CHILDREN = ['find guardianships', 'find students']

async function scene() {
  const built = await buildClass(world)
  const call = await world.as(built.mother, 'guardian')
  return { ...built, call, studentId: String(built.zhang._id) }
}

const names = (statements: Statement[]) => statements.map((it) => it.name)

describe('a letter', () => {
  it('is opened with four reads and one write, each by a key', async () => {
    const { call, studentId, office, school } = await scene()
    const { id: letterId } = await sendLetter(world, office, school)

    const statements = await statementsOf(() => call(openMyLetter, { studentId, letterId }))

    expect(names(statements)).toEqual([WHO, ...OWN_CHILDREN, 'find letters', 'findAndModify sheets'])
    expect(scans(statements)).toEqual([])
    expect(Math.max(...statements.map((it) => it.docsExamined))).toBe(1)
  })

  it('is confirmed with the same', async () => {
    const { call, studentId, office, school } = await scene()
    const { id: letterId } = await sendLetter(world, office, school)

    const statements = await statementsOf(() => call(confirmMyLetter, { studentId, letterId }))

    expect(names(statements)).toEqual([WHO, ...OWN_CHILDREN, 'find letters', 'findAndModify sheets'])
    expect(scans(statements)).toEqual([])
  })

  it('is objected to, and what waits for the sender is found, by keys alone', async () => {
    const { call, studentId, office, school, klass } = await scene()
    const { id: letterId } = await sendLetter(world, office, school, { receiptRule: 'each' })
    const staff = await world.as(office, 'staff')
    const ofClass = { letterId, classId: String(klass._id) }

    const statements = await statementsOf(async () => {
      await call(objectToMyLetter, { studentId, letterId, reason: '太远' })
      await staff(listOpenObjections, { unitId: String(school._id) })
      await staff(readObjections, ofClass)
      await staff(verifySignedCopy, { unitId: String(school._id), sha256: 'f'.repeat(64) })
    })

    expect(scans(statements)).toEqual([])
  })

  it('is listed with all others in one read of letters and one of sheets, in the order of the index', async () => {
    const { call, studentId, office, school } = await scene()
    await sendLetter(world, office, school)
    await sendLetter(world, office, school)

    await call(listMyLetters, { studentId }) // from then on the process knows the grade of the class

    const statements = await statementsOf(() => call(listMyLetters, { studentId }))

    expect(names(statements)).toEqual([WHO, ...OWN_CHILDREN, 'find letters', 'find sheets'])
    expect(scans(statements)).toEqual([])
    expect(statements[3]?.plan).toMatch(/'?audience\.unitId/)
  })
})

describe('a beat', () => {
  it('costs three reads by a key and one write, once the lesson has begun', async () => {
    const { call } = await scene()
    await publish(world)
    const [lesson] = (await call(readMyProgramme, { code: 'grade7' })).lessons
    const lessonId = lesson?.id ?? ''
    await call(beatLesson, { lessonId, ranges: [], position: 0 })
    world.pass(15_000)

    const beat = { lessonId, ranges: [{ from: 0, to: 15 }], position: 15 }
    const statements = await statementsOf(() => call(beatLesson, beat))

    expect(names(statements)).toEqual([WHO, 'find lessons', 'find watches', 'update watches'])
    expect(scans(statements)).toEqual([])
    expect(Math.max(...statements.map((it) => it.docsExamined))).toBe(1)
  })
})

describe('a slot', () => {
  async function offered() {
    const built = await scene()
    const asTeacher = await world.as(built.teacher, 'staff')
    const opening = { days: ['2026-11-25'], from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5 }
    const { slots } = await asTeacher(openSlots, {
      unitId: String(built.klass._id),
      ...opening,
      way: 'phone',
    })
    return { ...built, slotId: slots[0]?.id ?? '' }
  }

  it('is found among the free ones by path and time', async () => {
    const { call, studentId } = await offered()

    const statements = await statementsOf(() => call(listFreeSlots, { studentId }))

    expect(names(statements)).toEqual([WHO, ...OWN_CHILDREN, 'find slots', 'find people'])
    expect(scans(statements)).toEqual([])
    expect(statements[3]?.docsExamined).toBe(6)
  })

  it('is booked with one conditional write, and both sides’ messages are keyed upserts', async () => {
    const { call, studentId, slotId } = await offered()

    const statements = await statementsOf(() => call(bookSlot, { studentId, slotId, topic: '睡眠' }))

    expect(names(statements).filter((it) => it !== 'update outbox')).toEqual([
      WHO,
      ...OWN_CHILDREN,
      'findAndModify slots',
      'find people',
    ])
    expect(names(statements).filter((it) => it === 'update outbox')).toHaveLength(6)
    expect(scans(statements)).toEqual([])
    expect(Math.max(...statements.map((it) => it.docsExamined))).toBe(1)
  })
})

describe('what waits', () => {
  /** For one that waits, ten that were answered. */
  async function plant(path: string, now: Date) {
    const each = (state: (at: number) => object) =>
      Array.from({ length: 11 }, (_, at) => ({ ...ids(), waitsSince: now, updatedAt: now, ...state(at) }))
    const ids = () => ({ studentId: new Types.ObjectId(), personId: new Types.ObjectId() })
    await TransferModel.collection.insertMany(
      each((at) => ({ toPath: path, fromPath: '/', status: at === 0 ? 'proposed' : 'accepted' })),
    )
    await GroupModel.collection.insertMany(
      each((at) => ({
        path,
        assignmentId: new Types.ObjectId(),
        schoolId: new Types.ObjectId(),
        status: at === 0 ? 'waiting' : 'applied',
      })),
    )
    await JoinModel.collection.insertMany(
      each((at) => ({ path, status: at === 0 ? 'waiting' : 'approved', askedAt: now })),
    )
    await BarModel.collection.insertMany(
      each((at) => ({ guardianshipId: new Types.ObjectId(), status: at === 0 ? 'asked' : 'lifted' })),
    )
  }

  it('is counted and tended by indexes that hold nothing but what waits', async () => {
    const { office, school } = await scene()
    await plant(school.path, world.now())
    const call = await world.as(office, 'staff')

    const counted = await statementsOf(() => call(listDuties, { unitId: String(school._id) }))
    const tended = await statementsOf(async () => {
      await tendTransfers(world.deps())
      await tendGroups(world.deps())
      await tellListed(world.deps())
      await keepAwayNewcomers(world.now())
    })

    const places = /(joins|transfers|assignedgroups|familyBars)$/
    const asked = [...counted, ...tended].filter((it) => places.test(it.name))
    expect(new Set(asked.map((it) => it.name))).toEqual(
      new Set([
        'aggregate joins',
        'aggregate transfers',
        'aggregate assignedgroups',
        'find familyBars',
        'find transfers',
        'find assignedgroups',
      ]),
    )
    expect(scans([...counted, ...tended])).toEqual([])
    expect(Math.max(...asked.map((it) => it.docsExamined))).toBeLessThanOrEqual(1)
  })

  it('is found for a city’s help lines by the keys of the child and of the city', async () => {
    const { call, studentId } = await scene()
    const statements = await statementsOf(() => call(listHelpLines, { studentId }))
    expect(names(statements)).toEqual([WHO, ...OWN_CHILDREN, 'find units'])
    expect(scans(statements)).toEqual([])
  })
})

describe('the first pages', () => {
  it('ask for nothing that reads a whole collection', async () => {
    const { call, office, school } = await scene()
    await publish(world)
    await sendLetter(world, office, school)

    expect(scans(await statementsOf(() => call(listMyTodos, {})))).toEqual([])
  })

  it('count the students and receipts of a dashboard from indexes alone', async () => {
    const { office, school, city } = await scene()
    await publish(world)
    await sendLetter(world, office, school)
    const admin = await world.as(await buildStaff(city, 'city_admin'), 'staff')

    const statements = await statementsOf(() => admin(readDashboard, { unitId: String(city._id) }))
    const counts = statements.filter((it) => /^aggregate (students|sheets)/.test(it.name))

    expect(scans(statements)).toEqual([])
    expect(counts.map((it) => [it.name, it.docsExamined]).sort()).toEqual([
      ['aggregate sheets', 0],
      ['aggregate students', 0],
      ['aggregate students', 0],
    ])
  })
})
