import { beforeEach, expect, it } from 'vitest'
import { countAudience } from '#contract/letters'
import { FamilyCountModel } from '../../server/modules/org/audiences/kept/model.ts'
import { FEW, keepCounts } from '../../server/modules/org/audiences/kept/service.ts'
import { aliyunSms } from '../../server/infra/sms/aliyun.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { optOut } from '../../server/modules/notify/texting/choices/service.ts'
import { TextSettingModel } from '../../server/modules/notify/texting/settings/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildStudent, newId } from '../support/build.ts'
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
  expect(await ask('sign')).toMatchObject({ joined: 3, reach: { wechat: 1, text: 1, app: 1 } })
  expect(await ask('read')).toMatchObject({ reach: { wechat: 1, text: null, app: 2 } })
})
