import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { listMyLetters, openMyLetter } from '#contract/letters'
import type { ChildsLetter } from '../../server/modules/letters/policy.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { deliver } from '../../server/modules/letters/sending/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { record } from '../../server/modules/letters/sheets/service.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

/** `R10_READS=100000` alone for the size of the proof. */
const READS = Number(process.env.R10_READS ?? scaled(100_000, 2000))
const CLASS = 50

const shuffled = <T>(items: T[]) =>
  items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)

/** Classes of one grade in one statement: a thousand made one by one would take longer than the reads. */
async function buildClasses(grade: UnitRecord, count: number) {
  const classes = Array.from({ length: count }, (_, n) => {
    const _id = new Types.ObjectId()
    return {
      ...{ _id, kind: 'class', name: `${n}班`, fullName: `${grade.fullName}${n}班`, code: `B${n}` },
      ...{ parentId: grade._id, path: `${grade.path}${String(_id)}/`, grade: 7, closedAt: null },
    }
  })
  await UnitModel.collection.insertMany(classes)
  return classes
}

async function inParallel(jobs: (() => Promise<unknown>)[], width: number) {
  const queue = jobs.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const job of queue) await job()
    }),
  )
}

it(
  `R10: counts ${READS} distinct reads exactly when each arrives three times, in any order`,
  { timeout: Math.max(120_000, READS * 18) },
  async () => {
    const { school, grade } = await buildBranch()
    const classes = await buildClasses(grade, READS / CLASS)
    const families = classes.flatMap((klass) =>
      Array.from({ length: CLASS }, () => ({
        klass,
        studentId: new Types.ObjectId(),
        personId: String(new Types.ObjectId()),
      })),
    )
    await StudentModel.insertMany(
      families.map(({ klass, studentId }, n) => ({
        _id: studentId,
        schoolId: school._id,
        classId: klass._id,
        path: klass.path,
        number: String(n),
        name: `学生${n}`,
      })),
    )
    const { id } = await sendLetter(world, await buildStaff(school, 'school_admin'), school)
    const letter = await LetterModel.findById(id).lean()
    await deliver(letter as never)
    const reads = families.map(
      ({ klass, studentId, personId }) =>
        () =>
          record(
            {
              letter,
              classId: String(klass._id),
              child: { studentId: String(studentId), personId },
            } as unknown as ChildsLetter,
            ['read'],
            world.now(),
          ),
    )

    const from = performance.now()
    await inParallel(shuffled([...reads, ...reads, ...reads]), 32)
    const took = (performance.now() - from) / 1000
    const rate = Math.round((READS * 3) / took)
    process.stdout.write(`R10: ${READS * 3} reads in ${Math.round(took)} s, ${rate} a second\n`)

    const sheets = await SheetModel.find().lean()
    const sum = (of: (sheet: (typeof sheets)[number]) => number) =>
      sheets.reduce((total, it) => total + of(it), 0)
    expect(sum((it) => it.read)).toBe(READS)
    expect(sum((it) => Object.keys(it.readBy ?? {}).length)).toBe(READS)
    expect([sum((it) => it.expected), sum((it) => it.reached)]).toEqual([READS, READS])
  },
)

it('counts the same over HTTP when a whole class opens a letter at once, three times each', async () => {
  const { office, school, klass } = await buildClass(world)
  const letter = await sendLetter(world, office, school)
  const late = await Promise.all(Array.from({ length: 30 }, () => buildStudent(klass)))
  const calls = await Promise.all(
    late.map(async (student) => {
      const call = await world.as(await buildGuardian(world, student), 'guardian')
      return () => call(openMyLetter, { studentId: String(student._id), letterId: letter.id })
    }),
  )

  await inParallel(shuffled([...calls, ...calls, ...calls]), 32)

  expect(await SheetModel.findOne().lean()).toMatchObject({ expected: 32, reached: 31, read: 30 })
})

it('shows a large letter at once and makes its sheets in a few statements', { timeout: 60_000 }, async () => {
  const { district, grade, klass } = await buildBranch()
  const count = 2000
  await UnitModel.collection.insertMany(
    Array.from({ length: count }, (_, n) => {
      const _id = new Types.ObjectId()
      return {
        _id,
        kind: 'class',
        name: `${n}班`,
        fullName: `${n}班`,
        parentId: grade._id,
        code: `L${n}`,
        path: `${grade.path}${String(_id)}/`,
      }
    }),
  )
  const child = await buildStudent(klass, { name: '张三' })
  const call = await world.as(await buildGuardian(world, child), 'guardian')
  const studentId = String(child._id)
  const sent = await sendLetter(world, await buildStaff(district, 'district_admin'), district)
  expect(sent.status).toBe('sent')
  expect(await SheetModel.countDocuments()).toBe(0)
  expect((await call(listMyLetters, { studentId })).letters).toMatchObject([{ id: sent.id, state: 'unread' }])
  await call(openMyLetter, { studentId, letterId: sent.id })
  const letter = await LetterModel.findById(sent.id).lean()

  const from = performance.now()
  await deliver(letter as never)
  const took = performance.now() - from

  expect(await SheetModel.countDocuments({ letterId: letter?._id })).toBe(count + 1)
  expect(await SheetModel.countDocuments({ read: 1 })).toBe(1)
  expect(took).toBeLessThan(20_000)
  process.stdout.write(`${count} sheets in ${Math.round(took)} ms\n`)
})
