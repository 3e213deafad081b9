import { beforeEach, describe, expect, it } from 'vitest'
import { addNode, changeNode, readCalendar, resetNode } from '#contract/calendar'
import { listExpiredDrafts, restoreDraft, settleNodeMove } from '#contract/letter-nodes'
import {
  createLetter,
  listLetters,
  queueLetter,
  readLetter,
  removeLetter,
  updateLetter,
} from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import { calendarTick } from '../../server/modules/letters/calendar/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// Ten days before 世界精神卫生日, which is drafted fourteen days ahead.
beforeEach(() => world.goTo('2026-09-27T01:00:00Z'))

const walk = () => calendarTick(world.deps())
const CODE = 'mental-health-day'
const NODE = { year: 2026, code: CODE }
const days = { draftDaysBefore: 14, remindDaysBefore: 3, isOff: false }
const LATER = { from: '2026-10-13', to: '2026-10-13' }
const { kind: _, ...WORDS } = DRAFT

/** A city with one school whose office has the draft of a node, and a class with its teacher. */
async function scene() {
  const here = await buildClass(world)
  const cityAdmin = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  const office = await world.as(here.office, 'staff')
  await walk()
  const unitId = String(here.school._id)
  const own = async () => (await office(listLetters, { unitId, box: 'own' })).letters
  const [draft] = await own()
  const letterId = draft?.id ?? ''
  const read = () => office(readLetter, { letterId })
  const edit = (dueOn: string | null = '2026-10-10') =>
    office(updateLetter, { ...WORDS, letterId, audience: [unitId], dueOn, blanks: [] })
  const move = async (said: object) => {
    await cityAdmin(changeNode, {
      ...{ ...NODE, ...days, unitId: String(here.city._id), from: '2026-10-10', to: '2026-10-10' },
      ...said,
    })
    await walk()
  }
  const told = async (personId = here.office) => {
    const call = await world.as(personId, 'staff')
    const { messages } = await call(listMyMessages, {})
    return messages.map((it) => `${it.title} ${it.text}`).filter((it) => /改了日期|停用了/.test(it))
  }
  return { ...here, cityAdmin, officeCall: office, unitId, letterId, own, read, edit, move, told }
}

describe('a draft that nobody has touched', () => {
  it('follows its node to another day, and nobody is bothered', async () => {
    const { read, move, told } = await scene()
    expect((await read()).dueOn).toBe('2026-10-10')
    await move(LATER)
    expect(await read()).toMatchObject({ dueOn: '2026-10-13', authorName: '年度日历', nodeMove: null })
    await walk()
    expect(await told()).toEqual([])
  })

  it('follows at once what its own school says', async () => {
    const { read, officeCall, unitId } = await scene()
    await officeCall(changeNode, { ...NODE, ...days, ...LATER, unitId })
    expect((await read()).dueOn).toBe('2026-10-13')
    await officeCall(resetNode, { ...NODE, unitId })
    expect((await read()).dueOn).toBe('2026-10-10')
  })

  it('stops a save of the page that still shows the old day', async () => {
    const { read, move, officeCall, letterId, unitId } = await scene()
    const { revision = 0 } = await read()
    await move(LATER)
    const stale = { ...WORDS, letterId, audience: [unitId], dueOn: '2026-10-10', blanks: [], revision }
    await expect(officeCall(updateLetter, stale)).rejects.toMatchObject({ status: 409 })
  })

  it('has the days of its node in its blanks once they are sure, and never before', async () => {
    const here = await scene()
    world.goTo('2027-06-25T01:00:00Z')
    const office = await world.as(here.office, 'staff')
    const city = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
    await walk()
    const blanksOf = async () => {
      const found = await LetterModel.findOne({ 'node.code': 'summer-holiday' }).lean()
      const { blanks } = await office(readLetter, { letterId: String(found?._id) })
      return blanks?.map((it) => it.value)
    }
    expect(await blanksOf()).toEqual(['', ''])
    const said = { ...days, from: '2027-07-05', to: '2027-08-30' }
    const node = { unitId: String(here.city._id), year: 2026, code: 'summer-holiday' }
    await city(changeNode, { ...node, ...said })
    await walk()
    expect(await blanksOf()).toEqual(['7月5日到8月30日', '2027-08-31'])
    await city(resetNode, node)
    await walk()
    expect(await blanksOf()).toEqual(['', ''])
  })

  it('is put away when its node is switched off or taken away, and comes back with it', async () => {
    const { own, move, officeCall, unitId, told } = await scene()
    await move({ isOff: true })
    expect(await own()).toEqual([])
    expect((await officeCall(listExpiredDrafts, { unitId })).drafts).toMatchObject([
      { nodeTitle: '世界精神卫生日', authorName: '年度日历', until: '2027-09-27' },
    ])
    await move({})
    expect(await own()).toHaveLength(1)

    const said = {
      ...{ unitId, year: 2026, requestId: newRequest(), title: '开放日', about: '' },
      ...{ ...LATER, draftDaysBefore: 20, remindDaysBefore: 3, inCharge: 'school_admin' as const },
      templates: ['notice'],
    }
    const { code } = await officeCall(addNode, said)
    await walk()
    expect(await own()).toHaveLength(2)
    await officeCall(resetNode, { unitId, year: 2026, code })
    await walk()
    expect(await own()).toHaveLength(1)
    expect(await told()).toEqual([])
  })

  it('leaves the list two weeks after its node, can be taken up again, and is not put away twice', async () => {
    const here = await scene()
    world.goTo('2026-10-24T01:00:00Z')
    await walk()
    expect(
      (await (await again(here))(listLetters, { unitId: here.unitId, box: 'own' })).letters,
    ).toHaveLength(1)
    world.goTo('2026-10-25T01:00:00Z')
    await walk()
    const office = await again(here)
    const list = async () => (await office(listLetters, { unitId: here.unitId, box: 'own' })).letters
    expect(await list()).toEqual([])
    const put = await office(readLetter, { letterId: here.letterId })
    expect(put).toMatchObject({ status: 'draft', expired: { until: '2027-10-25' } })
    expect(put.abilities).toMatchObject({ edit: false, queue: false, restore: true, remove: true })
    const { drafts } = await office(listExpiredDrafts, { unitId: here.unitId })
    expect(drafts).toMatchObject([{ id: here.letterId, nodeTitle: '世界精神卫生日' }])
    const nodes = (await office(readCalendar, { unitId: here.unitId, year: 2026 })).nodes
    expect(nodes.find((it) => it.code === CODE)).toMatchObject({ state: 'none', letters: [] })

    const said = { ...WORDS, letterId: here.letterId, audience: [here.unitId] }
    await expect(office(updateLetter, said)).rejects.toMatchObject({
      status: 409,
    })
    const back = await office(restoreDraft, { letterId: here.letterId })
    expect(back).toMatchObject({ status: 'draft', authorName: '王校长', expired: null, nodeMove: null })
    await expect(office(restoreDraft, { letterId: here.letterId })).rejects.toMatchObject({ status: 409 })
    world.pass(86_400_000)
    await walk()
    expect(await list()).toHaveLength(1)
    await office(removeLetter, { letterId: here.letterId })
    expect(await list()).toEqual([])
  })

  const again = ({ office }: { office: string }) => world.as(office, 'staff')
})

describe('a draft that somebody has edited', () => {
  it('keeps its words; its people are told once, and take the new days with one tap', async () => {
    const { read, edit, move, told, officeCall, letterId } = await scene()
    await edit('2026-10-09')
    await move(LATER)
    await walk()
    const moved = await read()
    expect(moved).toMatchObject({
      dueOn: '2026-10-09',
      title: WORDS.title,
      nodeMove: { ...LATER, isOff: false, before: { from: '2026-10-10' }, dueOn: '2026-10-12' },
      abilities: { settle: true },
    })
    expect(await told()).toHaveLength(1)
    expect((await told())[0]).toContain('“世界精神卫生日”改到10月13日(周二)')

    const seen = { ...LATER, isOff: false }
    const other = { ...seen, to: '2026-10-14' }
    await expect(officeCall(settleNodeMove, { letterId, take: true, seen: other })).rejects.toMatchObject({
      status: 409,
    })
    expect(await officeCall(settleNodeMove, { letterId, take: true, seen })).toMatchObject({
      dueOn: '2026-10-12',
      title: WORDS.title,
      nodeMove: null,
    })
    await expect(officeCall(settleNodeMove, { letterId, take: true, seen })).rejects.toMatchObject({
      status: 409,
    })
    await move(LATER)
    expect((await read()).nodeMove).toBeNull()
  })

  it('stays as it is where they keep the old days, until the node moves again', async () => {
    const { read, edit, move, told, officeCall, letterId } = await scene()
    await edit()
    await move(LATER)
    const kept = await officeCall(settleNodeMove, { letterId, take: false, seen: { ...LATER, isOff: false } })
    expect(kept).toMatchObject({ dueOn: '2026-10-10', nodeMove: null })
    await move(LATER)
    expect((await read()).nodeMove).toBeNull()
    await move({ from: '2026-10-15', to: '2026-10-16' })
    expect((await read()).nodeMove).toMatchObject({ from: '2026-10-15', before: { from: '2026-10-13' } })
    expect(await told()).toHaveLength(2)
    // Moved back to where the letter stands, there is nothing to decide.
    await move(LATER)
    expect((await read()).nodeMove).toBeNull()
  })

  it('is asked about when its node is off: put away, or kept', async () => {
    const { read, edit, move, told, own, officeCall, letterId, unitId } = await scene()
    await edit()
    await move({ isOff: true })
    expect(await own()).toHaveLength(1)
    expect(await told()).toHaveLength(1)
    const { nodeMove } = await read()
    expect(nodeMove).toMatchObject({ isOff: true })
    const seen = { from: '2026-10-10', to: '2026-10-10', isOff: true }
    await officeCall(settleNodeMove, { letterId, take: true, seen })
    expect(await own()).toEqual([])
    await officeCall(restoreDraft, { letterId })
    await move({ isOff: true })
    expect(await read()).toMatchObject({ status: 'draft', nodeMove: null })
    expect((await officeCall(listExpiredDrafts, { unitId })).drafts).toEqual([])
  })

  it('tells its author and whoever is in charge, and no other school', async () => {
    const here = await scene()
    const elsewhere = await buildBranch({ city: here.city, district: here.district })
    const stranger = await buildStaff(elsewhere.school, 'school_admin')
    const gradeHead = await buildStaff(here.grade, 'grade_head')
    const code = 'autumn-midterm'
    await here.officeCall(createLetter, {
      ...{
        ...DRAFT,
        unitId: String(here.grade._id),
        requestId: newRequest(),
        audience: [String(here.grade._id)],
      },
      node: { year: 2026, code },
    })
    await here.move({ ...days, code, from: '2026-11-09', to: '2026-11-10' })
    expect(await here.told()).toHaveLength(1)
    expect(await here.told(gradeHead)).toHaveLength(1)
    expect((await here.told(gradeHead))[0]).toContain('11月9日(周一)至11月10日(周二)')
    expect(await here.told(stranger)).toEqual([])
    const other = await world.as(stranger, 'staff')
    const letter = await LetterModel.findOne({ 'node.code': code }).lean()
    const seen = { from: '2026-11-09', to: '2026-11-10', isOff: false }
    await expect(
      other(settleNodeMove, { letterId: String(letter?._id), take: true, seen }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(other(listExpiredDrafts, { unitId: here.unitId })).rejects.toMatchObject({ status: 404 })
  })
})

describe('a letter that waits for its hour', () => {
  const AT = '2026-10-08T08:00:00.000Z'

  it('is never moved by itself; taken along, its hour moves with its days', async () => {
    const { read, edit, move, told, officeCall, letterId } = await scene()
    await edit()
    await officeCall(queueLetter, { letterId, sendAt: AT })
    await move(LATER)
    expect(await read()).toMatchObject({
      status: 'scheduled',
      sendAt: AT,
      dueOn: '2026-10-10',
      nodeMove: { dueOn: '2026-10-13', sendAt: '2026-10-11T08:00:00.000Z' },
    })
    expect((await told())[0]).toContain('按原来的时间发')
    const taken = await officeCall(settleNodeMove, { letterId, take: true, seen: { ...LATER, isOff: false } })
    expect(taken).toMatchObject({
      status: 'scheduled',
      sendAt: '2026-10-11T08:00:00.000Z',
      dueOn: '2026-10-13',
    })
  })

  it('does not follow to an hour that is over, and says so', async () => {
    const { read, edit, move, officeCall, letterId } = await scene()
    await edit()
    await officeCall(queueLetter, { letterId, sendAt: '2026-09-28T08:00:00.000Z' })
    const earlier = { from: '2026-10-06', to: '2026-10-06' }
    await move(earlier)
    const seen = { ...earlier, isOff: false }
    await expect(officeCall(settleNodeMove, { letterId, take: true, seen })).rejects.toThrow('取消定时')
    expect(await read()).toMatchObject({ status: 'scheduled', dueOn: '2026-10-10' })
  })

  it('that is out stays as it went', async () => {
    const { read, edit, move, told, officeCall, letterId } = await scene()
    await edit()
    await officeCall(queueLetter, { letterId, sendAt: null })
    await move(LATER)
    expect(await read()).toMatchObject({ status: 'sent', dueOn: '2026-10-10', nodeMove: null })
    expect(await told()).toEqual([])
  })
})

it('reminds once more before the day a node was moved to', async () => {
  const { office, city } = await scene()
  const late = async () => {
    const call = await world.as(office, 'staff')
    const { messages } = await call(listMyMessages, {})
    return messages.filter((it) => it.title === '有家长信还没有发').length
  }
  world.goTo('2026-10-07T01:00:00Z')
  await walk()
  expect(await late()).toBe(1)
  const cityAdmin = await world.as(await buildStaff(city, 'city_admin'), 'staff')
  await cityAdmin(changeNode, { ...NODE, ...days, unitId: String(city._id), ...LATER })
  await walk()
  expect(await late()).toBe(1)
  world.goTo('2026-10-10T01:00:00Z')
  await walk()
  await walk()
  expect(await late()).toBe(2)
})
