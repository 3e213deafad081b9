import { Types } from 'mongoose'
import { beforeEach, expect, it } from 'vitest'
import { countAudience } from '#contract/letters'
import { FamilyCountModel } from '../../server/modules/org/audiences/kept/model.ts'
import { FEW, keepCounts } from '../../server/modules/org/audiences/kept/service.ts'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { optOut } from '../../server/modules/notify/texting/choices/service.ts'
import { TextSpendModel } from '../../server/modules/notify/texting/model.ts'
import { paidFor } from '../../server/modules/notify/texting/rules.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { DEPTH, idAt } from '../../server/modules/org/tree/rules.ts'
import { buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const AT_FIRST = '2026-11-23T01:00:00.000Z'
beforeEach(() => world.goTo(AT_FIRST))

const MINUTE = 60_000

/** A district with two schools: 一年级 and 七年级 in the one, 七年级 in the other, a child in each class. */
async function scene() {
  const office = await buildDistrict(world)
  const north = await buildSchool(world, office, { schoolType: 'nineYear', grades: [1, 7], classes: 1 })
  const south = await buildSchool(world, office, { grades: [7], classes: 1 })
  const [one, seven, other] = [
    north.classOf('一年级1班'),
    north.classOf('七年级1班'),
    south.classOf('七年级1班'),
  ]
  for (const klass of [one, seven, other]) await buildStudent(klass, { name: '张三' })
  const unitId = String(office.district._id)
  const count = (over: object = { unitIds: [unitId] }) =>
    office.call(countAudience, { unitId, unitIds: [], ...over })
  return { ...office, count, unitId, north, seven }
}

/** As if a large district had been counted: nobody counts it anew because it is small. */
async function growLarge(unitId: string) {
  await FamilyCountModel.updateOne({ _id: unitId }, { $inc: { 'sums.$[].families': FEW } })
}

it('counts a small district as of this moment: whoever has joined just now is in', async () => {
  const { count, seven } = await scene()
  expect(await count()).toMatchObject({ families: 3, joined: 0 })
  await buildGuardian(world, await buildStudent(seven, { name: '李四' }))

  expect(await count()).toMatchObject({ families: 4, joined: 1, isCounting: false })
})

it('answers the last count of a large district at once, says as of when, and counts anew meanwhile', async () => {
  const { count, seven, unitId } = await scene()
  expect(await count()).toMatchObject({ families: 3, isCounting: false })
  await growLarge(unitId)
  const first = await count()
  expect(first.families).toBeGreaterThan(FEW)
  expect(await count()).toEqual(first)
  await buildStudent(seven, { name: '李四' })
  world.pass(10 * MINUTE)

  expect(await count()).toEqual({ ...first, isCounting: true })

  await expect.poll(() => count()).toMatchObject({ families: 4, isCounting: false })
  const { countedAt } = await count()
  expect(Date.parse(countedAt ?? '') - Date.parse(first.countedAt ?? '')).toBeGreaterThan(9 * MINUTE)
})

it('reads no child of a district that was counted before, and nothing class by class for whole grades', async () => {
  const { count, unitId } = await scene()
  await count()
  await growLarge(unitId)

  const statements = await statementsOf(async () => {
    await count()
    expect(await count({ parts: { grades: [{ unitId, grades: [7] }] } })).toMatchObject({
      families: 2 + FEW,
    })
  })

  expect(scans(statements)).toEqual([])
  const kept = statements.filter((it) => it.name === 'find familyCounts')
  expect(kept.map((it) => [it.plan, it.docsExamined])).toEqual([
    ['IXSCAN { _id: 1 }', 1],
    ['IXSCAN { _id: 1 }', 1],
  ])
  expect(statements.map((it) => it.name).filter((it) => it.endsWith(' students'))).toEqual([])
})

it('counts children who were never counted from the index alone', async () => {
  const { count } = await scene()

  const statements = await statementsOf(count)

  const [counting] = statements.filter((it) => it.name === 'aggregate students')
  expect(counting).toMatchObject({ docsExamined: 0 })
  expect(counting?.plan).toContain('path: 1, leftAt: 1, activatedAt: 1')
  expect(scans(statements)).toEqual([])
})

/** Many children of a class in one statement: made one by one they would take a minute. */
async function fill(klass: UnitRecord, many: number, over: object = {}) {
  const schoolId = new Types.ObjectId(idAt(klass.path, DEPTH.school) ?? '')
  const like = {
    schoolId,
    classId: klass._id,
    path: klass.path,
    name: '李四',
    leftAt: null,
    activatedAt: null,
  }
  await StudentModel.collection.insertMany(
    Array.from({ length: many }, (_, at) => ({ ...like, ...over, number: `MANY-${at}` })),
  )
}

it('keeps nobody waiting for a city that nobody has counted: what there is at once, then district by district', async () => {
  const { seven, city } = await scene()
  const next = await buildDistrict(world, { city })
  const school = await buildSchool(world, next, { grades: [7], classes: 1 })
  await buildStudent(school.classOf('七年级1班'), { name: '王五' })
  await fill(seven, FEW)
  const office = await world.as(await buildStaff(city, 'city_admin'), 'staff')
  const cityId = String(city._id)
  const ask = () => office(countAudience, { unitId: cityId, unitIds: [cityId] })

  const statements = await statementsOf(async () => {
    expect(await ask()).toMatchObject({
      ...{ families: 0, joined: 0, isCounting: true, progress: { done: 0, of: 2 }, wechat: null },
    })
  })
  // As many keys of an index as it takes to see that it is not little; the rest goes on behind the answer.
  expect(scans(statements)).toEqual([])

  await expect.poll(ask).toMatchObject({ families: FEW + 4, progress: null, isCounting: false })
  await FamilyCountModel.deleteOne({ _id: next.district._id })
  expect(await ask()).toMatchObject({ families: FEW + 3, progress: { done: 1, of: 2 } })
  await expect.poll(ask).toMatchObject({ families: FEW + 4, progress: null })
})

it('looks at no more children with a mark than a group has, and says so', async () => {
  const { count, seven, unitId } = await scene()
  const marked = { unitIds: [], parts: { marks: [{ unitId, mark: 'boarding' as const }] } }
  await fill(seven, 5_000, { isBoarding: true })
  expect(await count(marked)).toMatchObject({ families: 5_000, isAtLeast: false })
  await buildStudent(seven, { name: '赵六' })
  await StudentModel.updateMany({ name: { $in: ['赵六', '张三'] } }, { isBoarding: true })
  expect(await count(marked)).toMatchObject({ families: 5_001, isAtLeast: true })
})

it('takes schools that are left out from a kept count', async () => {
  const { count, unitId, north } = await scene()
  const without = { unitIds: [String(north.school._id)] }
  await count()

  expect(await count({ unitIds: [unitId], parts: { without } })).toMatchObject({ families: 1 })
})

it('lets the worker count what nobody asked for, once an hour, by an index alone', async () => {
  const { unitId } = await scene()
  const at = (minutes: number) => new Date(Date.parse(AT_FIRST) + minutes * MINUTE)

  const statements = await statementsOf(() => keepCounts(at(0)))

  expect(scans(statements)).toEqual([])
  expect(await FamilyCountModel.findById(unitId).lean()).toMatchObject({ countedAt: at(0) })
  expect(await keepCounts(at(59))).toBe(0)
  expect(await keepCounts(at(61))).toBeGreaterThan(0)
  expect(await keepCounts(at(61))).toBe(0)
})

it('keeps what was counted later, whoever comes last with an older count', async () => {
  const { unitId } = await scene()
  await keepCounts(new Date('2026-11-23T03:00:00Z'))
  await FamilyCountModel.updateOne({ _id: unitId }, { countedAt: new Date('2026-11-23T09:00:00Z') })

  await keepCounts(new Date('2026-11-23T08:00:00Z'))

  expect(await FamilyCountModel.findById(unitId).lean()).toMatchObject({
    countedAt: new Date('2026-11-23T09:00:00Z'),
  })
})

it('says how many families WeChat rings, how many a text message reaches besides, and how many nothing', async () => {
  const { call, unitId, seven, district } = await scene()
  const people: string[] = []
  for (const name of ['赵一', '钱二', '孙三']) {
    people.push(await buildGuardian(world, await buildStudent(seven, { name })))
  }
  const [rung = '', , silent = ''] = people
  const template = readTemplates(world.deps().env.WX_TEMPLATES).letter
  const openId = (await openIdsOf([rung])).get(rung) ?? ''
  await noteConsent(openId, template?.id ?? '', { from: 'page', id: rung, at: world.now() })
  await optOut(silent, world.now())
  const ask = (confirmation: 'read' | 'sign') =>
    call(countAudience, { unitId, unitIds: [String(seven._id)], confirmation })

  expect(await ask('sign')).toMatchObject({ joined: 3, reach: { wechat: 1, text: null, app: 2 } })

  world.deps().sms = aliyunSms(
    { keyId: 'k', keySecret: 's', appId: '', region: '', baseUrl: 'http://127.0.0.1:9' },
    world.deps().clock,
  )
  await TextSettingModel.create({
    ...{
      _id: district.parentId ?? newId(),
      isOn: true,
      letters: 'sign',
      signName: '滨江教育',
      template: 'SMS_1',
    },
    ...{ priceFen: 5, dailyFen: 100, monthlyFen: 1000, changedAt: world.now() },
  })
  expect(await ask('sign')).toMatchObject({
    ...{ joined: 3 },
    reach: { wechat: 1, text: 1, app: 1, texts: { needed: 1, paid: 20, of: 'day' } },
  })
  const cityId = String(district.parentId)
  await TextSpendModel.create({ _id: `${cityId}:2026-11-23`, fen: 98 }, { _id: `${cityId}:2026-11`, fen: 98 })
  expect(await ask('sign')).toMatchObject({ reach: { text: 1, texts: { needed: 1, paid: 0, of: 'day' } } })
  expect(await ask('read')).toMatchObject({ reach: { wechat: 1, text: null, app: 2 } })
})

it('pays for text messages with what is left of the day, or of the month where that is less', () => {
  const money = { priceFen: 5, dailyFen: 100, monthlyFen: 1000 }
  expect(paidFor(money, { todayFen: 0, monthFen: 0 })).toEqual({ paid: 20, of: 'day' })
  expect(paidFor(money, { todayFen: 83, monthFen: 83 })).toEqual({ paid: 3, of: 'day' })
  expect(paidFor(money, { todayFen: 10, monthFen: 989 })).toEqual({ paid: 2, of: 'month' })
  // The city has lowered its limit since.
  expect(paidFor({ ...money, dailyFen: 5 }, { todayFen: 50, monthFen: 50 })).toEqual({ paid: 0, of: 'day' })
})
