import { Types } from 'mongoose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  dismissNode,
  exportNodeProgress,
  readCalendar,
  readNodeProgress,
  remindSchools,
} from '#contract/calendar'
import { confirmMyLetter, createLetter, queueLetter } from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import ExcelJS from 'exceljs'
import { calendarTick } from '../../server/modules/letters/calendar/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-09-27T01:00:00Z'))

const NODE = { year: 2026, code: 'mental-health-day' }

/** A district of three schools: one has sent, one has a draft, one sends none this year. */
async function scene() {
  const here = await buildClass(world)
  const [drafting, silent] = [
    await buildBranch({ city: here.city, district: here.district }),
    await buildBranch({ city: here.city, district: here.district }),
  ]
  await calendarTick(world.deps())
  const office = await world.as(here.office, 'staff')
  const unitId = String(here.school._id)
  const letter = await office(createLetter, {
    ...DRAFT,
    unitId,
    requestId: newRequest(),
    audience: [unitId],
    node: NODE,
  })
  await office(queueLetter, { letterId: letter.id, sendAt: null })
  const mother = await world.as(here.mother, 'guardian')
  await mother(confirmMyLetter, { studentId: String(here.zhang._id), letterId: letter.id })
  const quiet = await world.as(await buildStaff(silent.school, 'school_admin'), 'staff')
  await quiet(dismissNode, { ...NODE, unitId: String(silent.school._id), reason: '区里已经统一发过' })
  const drafter = await buildStaff(drafting.school, 'school_admin')
  const districtId = await buildStaff(here.district, 'district_admin')
  const districtAdmin = await world.as(districtId, 'staff')
  const cityAdmin = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  return { ...here, drafting, silent, office, drafter, districtAdmin, cityAdmin, unitId, letterId: letter.id }
}

describe('which schools have sent theirs', () => {
  it('is counted from city to district to school, with what families did', async () => {
    const here = await scene()
    const tally = { expected: 2, reached: 1, read: 1, confirmed: 1, signed: 0 }
    const counts = { all: 3, sent: 1, draft: 1, dismissed: 1, none: 0, scheduled: 0 }

    const city = await here.cityAdmin(readNodeProgress, { ...NODE, unitId: String(here.city._id) })
    expect(city.total).toMatchObject({ ...counts, tally })
    expect(city.rows).toMatchObject([
      { unitId: String(here.district._id), kind: 'district', ...counts, tally },
    ])

    const district = await here.districtAdmin(readNodeProgress, {
      ...NODE,
      unitId: String(here.district._id),
    })
    const by = new Map(district.rows.map((it) => [it.unitId, it]))
    expect(by.get(here.unitId)).toMatchObject({ state: 'sent', letters: 1, tally })
    expect(by.get(String(here.drafting.school._id))).toMatchObject({ state: 'draft', letters: 0 })
    expect(by.get(String(here.silent.school._id))).toMatchObject({
      state: 'dismissed',
      reason: '区里已经统一发过',
    })

    const school = await here.office(readNodeProgress, { ...NODE, unitId: here.unitId })
    expect(school.rows).toEqual([])
    expect(school.letters.find((it) => it.id === here.letterId)).toMatchObject({ status: 'sent', tally })
    expect(school.mayRemind).toBe(false)

    const { nodes } = await here.cityAdmin(readCalendar, { unitId: String(here.city._id) })
    expect(nodes.find((it) => it.code === NODE.code)?.schools).toMatchObject({
      all: 3,
      sent: 1,
      unsent: null,
    })
  })

  it('calls whoever has neither sent nor dismissed 没有发 once the node is over, draft or none', async () => {
    const here = await scene()
    for (const now of ['2026-10-11T01:00:00Z', '2026-10-26T01:00:00Z']) {
      world.goTo(now)
      await calendarTick(world.deps())
      const city = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
      const { nodes } = await city(readCalendar, { unitId: String(here.city._id) })
      expect(nodes.find((it) => it.code === NODE.code)?.schools).toEqual({ all: 3, sent: 1, unsent: 1 })
      const { total, isOver } = await city(readNodeProgress, { ...NODE, unitId: String(here.city._id) })
      expect(isOver).toBe(true)
      expect([total.draft + total.none, total.sent, total.dismissed]).toEqual([1, 1, 1])
    }
  })

  it('counts a school whose families have had the district’s own letter', async () => {
    const here = await scene()
    const unitId = String(here.district._id)
    const audience = [String(here.drafting.school._id)]
    const said = { ...DRAFT, unitId, requestId: newRequest(), audience, node: NODE }
    const letter = await here.districtAdmin(createLetter, said)
    await here.districtAdmin(queueLetter, { letterId: letter.id, sendAt: null })
    const { total } = await here.districtAdmin(readNodeProgress, { ...NODE, unitId })
    expect(total).toMatchObject({ all: 3, sent: 2, dismissed: 1, draft: 0 })
  })

  it('is read from indexes alone', async () => {
    const here = await scene()
    const node = `${String(here.city._id)}:2026:mental-health-day`
    const path = { $gte: here.city.path, $lt: `${here.city.path.slice(0, -1)}0` }
    for (const [model, match, fields] of [
      [LetterModel, { 'node.key': node, path }, { _id: 0, path: 1, status: 1 }],
      [SheetModel, { node, path }, { _id: 0, path: 1, read: 1, expected: 1 }],
    ] as const) {
      const plan = await model.collection.find(match, { projection: fields }).explain('executionStats')
      const { executionStats } = plan as { executionStats: { totalDocsExamined: number; nReturned: number } }
      expect([executionStats.totalDocsExamined, executionStats.nReturned > 0]).toEqual([0, true])
    }
  })

  it('is exported with a line for each school', async () => {
    const here = await scene()
    const { link, name } = await here.districtAdmin(exportNodeProgress, {
      ...NODE,
      unitId: String(here.district._id),
    })
    expect(name).toContain('世界精神卫生日_发信情况')
    const file = await world.send(null, 'GET', `/api${link}`)
    expect(file.status).toBe(200)
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await file.arrayBuffer())
    const rows =
      book.worksheets[0]?.getSheetValues().map((it) => (it as unknown[] | undefined)?.slice(1)) ?? []
    const said = rows.map((it) => it?.slice(1, 4).join(' ')).filter(Boolean)
    expect(said).toContain(`${here.school.name} 已发 `)
    expect(said).toContain(`${here.silent.school.name} 今年不发 区里已经统一发过`)
    expect(said).toContain(`${here.drafting.school.name} 有草稿，没有发 `)
    // A link is for the person and what they may see at that moment.
    expect((await world.send(null, 'GET', `/api${link.replace('2026', '2027')}`)).status).toBe(403)
  })
})

describe('a reminder to the schools', () => {
  it('reaches the office of those who have not sent, once a day', async () => {
    const here = await scene()
    const unitId = String(here.district._id)
    expect(await here.districtAdmin(remindSchools, { ...NODE, unitId })).toEqual({ schools: 1, people: 1 })
    await expect(here.districtAdmin(remindSchools, { ...NODE, unitId })).rejects.toMatchObject({
      status: 429,
    })
    const { remindAfter, mayRemind } = await here.districtAdmin(readNodeProgress, { ...NODE, unitId })
    expect([remindAfter, mayRemind]).toEqual(['2026-09-27T16:00:00.000Z', true])
    const drafter = await world.as(here.drafter, 'staff')
    const { messages } = await drafter(listMyMessages, {})
    expect(messages[0]).toMatchObject({ title: '请尽快发这封家长信' })
    expect(messages[0]?.text).toContain('世界精神卫生日')
    world.pass(86_400_000)
    expect(await here.districtAdmin(remindSchools, { ...NODE, unitId })).toEqual({ schools: 1, people: 1 })
  })

  it('is for those above schools, and for nobody where all is done', async () => {
    const here = await scene()
    const own = { ...NODE, unitId: here.unitId }
    await expect(here.office(remindSchools, own)).rejects.toMatchObject({ status: 400 })
    await LetterModel.updateMany(
      { path: here.drafting.school.path },
      { status: 'sent', sentAt: new Date(), authorId: new Types.ObjectId() },
    )
    const all = { ...NODE, unitId: String(here.district._id) }
    await expect(here.districtAdmin(remindSchools, all)).rejects.toMatchObject({ status: 409 })
  })

  it('is not offered for a day that is over', async () => {
    const here = await scene()
    const unitId = String(here.district._id)
    world.goTo('2026-10-20T01:00:00Z')
    const later = await world.as(await buildStaff(here.district, 'district_admin'), 'staff')
    expect((await later(readNodeProgress, { ...NODE, unitId })).mayRemind).toBe(false)
    await expect(later(remindSchools, { ...NODE, unitId })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '这个节点已经过去，不用再提醒' } },
    })
  })
})
