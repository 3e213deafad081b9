import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { CertificateModel, CounterModel } from '../../server/modules/certificates/model.ts'
import { numberOf, readNumber, validUntil } from '../../server/modules/certificates/rules.ts'
import { issue, type Passed } from '../../server/modules/certificates/service.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, newId } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

function passed(klass: UnitRecord, over: Partial<Passed> = {}): Passed {
  return {
    personId: newId(),
    holder: '张伟',
    attemptId: new Types.ObjectId(),
    programme: {
      _id: new Types.ObjectId(),
      code: 'grade7',
      title: '七年级新生家长课程',
      version: 1,
      hours: 8,
      stage: '初中',
      validity: { until: 'end-of-stage' },
    },
    child: { studentName: '张小明', path: klass.path },
    families: [{ studentId: newId(), path: klass.path }],
    ...over,
  }
}

it('gives 200 parents who pass at once 200 numbers without a gap or a repeat, one each', async () => {
  const { klass } = await buildBranch()
  const people = Array.from({ length: 200 }, () => passed(klass))
  const started = Date.now()
  // Everybody twice: the answer was lost and the phone asks again, or the job comes by.
  const issued = await Promise.all([...people, ...people].map((it) => issue(it, world.now())))
  process.stdout.write(`    400 issues for 200 people in ${Date.now() - started} ms\n`)

  const serials = (await CertificateModel.find().sort({ serial: 1 }).lean()).map((it) => it.serial)
  expect(serials).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
  expect(new Set(issued.map((it) => it.number)).size).toBe(200)
  people.forEach((_, at) => expect(issued[at]?.number).toBe(issued[at + 200]?.number))
})

it('loses no number when the writing fails in the middle', async () => {
  const { klass } = await buildBranch()
  // The database refuses every third certificate after its number was drawn.
  const refuse = await CertificateModel.collection.createIndex(
    { holder: 1 },
    { name: 'refuse', unique: true, partialFilterExpression: { holder: '重复' } },
  )
  const people = Array.from({ length: 60 }, (_, n) => passed(klass, n % 3 === 0 ? { holder: '重复' } : {}))
  const tried = await Promise.allSettled(people.map((it) => issue(it, world.now())))
  await CertificateModel.collection.dropIndex(refuse)

  const failed = tried.filter((it) => it.status === 'rejected').length
  expect(failed).toBe(19)
  const serials = (await CertificateModel.find().sort({ serial: 1 }).lean()).map((it) => it.serial)
  expect(serials).toEqual(Array.from({ length: 41 }, (_, n) => n + 1))
  expect((await CounterModel.findOne({}).lean())?.last).toBe(41)

  await Promise.all(people.map((it) => issue(it, world.now())))
  expect((await CounterModel.findOne({}).lean())?.last).toBe(60)
})

it('has the database refuse a second certificate that holds, whoever asks', async () => {
  const { klass } = await buildBranch()
  const first = await issue(passed(klass), world.now())
  const { _id, ...copy } = (await CertificateModel.findById(first._id).lean()) ?? first

  await expect(CertificateModel.create({ ...copy, serial: 99, number: 'LZ-copy' })).rejects.toMatchObject({
    code: 11000,
  })
})

it('freezes the names of the day it was issued', async () => {
  const { klass, school, grade } = await buildBranch()
  world.goTo('2026-11-22T20:00:00Z')
  const certificate = await issue(passed(klass), world.now())

  expect(certificate).toMatchObject({
    number: 'LZ202600000015',
    schoolName: school.name,
    className: grade.name + klass.name,
    issuedOn: '2026-11-23',
    validUntil: '2029-08-31',
  })
})

it('begins each year with number one', async () => {
  const { klass } = await buildBranch()
  world.goTo('2026-12-31T15:59:00Z')
  await issue(passed(klass), world.now())
  world.goTo('2026-12-31T16:01:00Z')

  expect((await issue(passed(klass), world.now())).number).toMatch(/^LZ20270000001/)
})

it.each([
  ['七年级 in autumn', '初中', 7, '2026-11-22', '2029-08-31'],
  ['七年级 in spring', '初中', 7, '2027-03-01', '2029-08-31'],
  ['九年级 in its last month', '初中', 9, '2027-08-31', '2027-08-31'],
  ['一年级', '小学', 1, '2026-09-01', '2032-08-31'],
  ['高一', '高中', 10, '2026-09-01', '2029-08-31'],
  ['小班', '幼儿园', -3, '2026-09-01', '2029-08-31'],
  ['大班', '幼儿园', -1, '2026-09-01', '2027-08-31'],
  ['a kindergarten class of mixed age', '幼儿园', null, '2026-09-01', '2029-08-31'],
  ['职一', '中职', 13, '2026-09-01', '2029-08-31'],
  ['a parent of an older child', '初中', 11, '2026-11-22', '2027-08-31'],
])('holds to the end of the stage: %s', (_, stage, grade, issuedOn, until) => {
  expect(validUntil({ until: 'end-of-stage' }, stage, grade, issuedOn)).toBe(until)
})

it('holds for years where the programme says so', () => {
  expect(validUntil({ until: 'years', years: 3 }, '初中', 7, '2026-11-22')).toBe('2029-11-21')
})

it('reads a number however it was typed, and finds every single wrong digit', () => {
  const number = numberOf(2026, 1234)
  expect([' lz 2026 0001234 ' + number.slice(-1), `ＬＺ${number.slice(2)}`].map(readNumber)).toEqual([
    number,
    number,
  ])
  for (let at = 2; at < number.length; at++) {
    for (const digit of '0123456789') {
      if (digit === number[at]) continue
      expect(readNumber(number.slice(0, at) + digit + number.slice(at + 1))).toBeNull()
    }
  }
  expect(['', 'LZ', "LZ2026'; drop", number + '0', '{"$ne":null}'].map(readNumber)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})
