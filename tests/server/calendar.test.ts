import { beforeEach, describe, expect, it } from 'vitest'
import {
  addNode,
  changeNode,
  dismissNode,
  listMyNodes,
  readCalendar,
  resetNode,
  resumeNode,
} from '#contract/calendar'
import { listDuties } from '#contract/home'
import {
  createLetter,
  listLetters,
  queueLetter,
  readLetter,
  removeLetter,
  reviseLetter,
  updateLetter,
} from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import { calendarTick } from '../../server/modules/letters/calendar/jobs.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// Ten days before 世界精神卫生日 and in the middle of the drafting of 国庆.
beforeEach(() => world.goTo('2026-09-27T01:00:00Z'))

const walk = () => calendarTick(world.deps())
const DAY = 86_400_000

async function scene() {
  const here = await buildClass(world)
  const cityAdmin = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  const office = await world.as(here.office, 'staff')
  const teacher = await world.as(here.teacher, 'staff')
  const ids = {
    city: String(here.city._id),
    school: String(here.school._id),
    grade: String(here.grade._id),
    class: String(here.klass._id),
  }
  const node = async (call: typeof office, unitId: string, code: string, year = 2026) => {
    const found = (await call(readCalendar, { unitId, year })).nodes.find((it) => it.code === code)
    if (!found) throw new Error(`no ${code}`)
    return found
  }
  return { officeId: here.office, teacherId: here.teacher, ...here, cityAdmin, office, teacher, ids, node }
}

const days = { draftDaysBefore: 14, remindDaysBefore: 3, isOff: false }
const { kind: _, ...WORDS } = DRAFT

/** What the calendar has drafted for a school, its blanks filled in, and sent. */
async function sendDraft({ office, ids }: Awaited<ReturnType<typeof scene>>) {
  const { letters } = await office(listLetters, { unitId: ids.school, box: 'own' })
  const letterId = letters[0]?.id ?? ''
  await office(updateLetter, { ...WORDS, letterId, audience: [ids.school], blanks: [] })
  return office(queueLetter, { letterId, sendAt: null })
}
const messagesTo = async (call: Awaited<ReturnType<typeof scene>>['office']) =>
  (await call(listMyMessages, {})).messages.map((it) => `${it.title} ${it.text}`)

describe('the calendar', () => {
  it('has for each unit the nodes of its stage, and next year’s only as proposals', async () => {
    const { cityAdmin, office, teacher, ids, node } = await scene()
    const year = await cityAdmin(readCalendar, { unitId: ids.city })
    expect(year).toMatchObject({ year: 2026, current: 2026, today: '2026-09-27', mayChange: true })
    expect(year.nodes).toHaveLength(24)
    const ofSchool = await office(readCalendar, { unitId: ids.school })
    expect(ofSchool.mayChange).toBe(true)
    expect(ofSchool.nodes.map((it) => it.code)).toContain('autumn-start')
    // The scene's school has a seventh grade: no 高考, and no 中考 before the ninth.
    expect(ofSchool.nodes.map((it) => it.code)).not.toContain('college-entrance')
    expect((await teacher(readCalendar, { unitId: ids.class })).mayChange).toBe(false)
    expect(await node(office, ids.school, 'national-day', 2027)).toMatchObject({ status: 'proposed' })
    expect(year.isNextOpen).toBe(false)
  })

  it('is moved by the city for everybody and by a school for itself, and put back', async () => {
    const { cityAdmin, office, ids, node } = await scene()
    const other = await world.as(await buildStaff((await buildBranch()).school, 'school_admin'), 'staff')
    const moved = { ...days, from: '2026-11-09', to: '2026-11-11' }
    await cityAdmin(changeNode, { unitId: ids.city, year: 2026, code: 'autumn-midterm', ...moved })
    expect(await node(office, ids.school, 'autumn-midterm')).toMatchObject({
      from: '2026-11-09',
      status: 'confirmed',
      changedBy: 'city',
      abilities: { reset: false },
    })
    const own = { ...moved, from: '2026-11-10' }
    await office(changeNode, { unitId: ids.school, year: 2026, code: 'autumn-midterm', ...own })
    expect((await node(office, ids.school, 'autumn-midterm')).from).toBe('2026-11-10')
    expect((await node(cityAdmin, ids.city, 'autumn-midterm')).from).toBe('2026-11-09')
    await office(resetNode, { unitId: ids.school, year: 2026, code: 'autumn-midterm' })
    expect((await node(office, ids.school, 'autumn-midterm')).from).toBe('2026-11-09')
    const foreign = { unitId: ids.school, year: 2026, code: 'autumn-midterm', ...moved }
    await expect(other(changeNode, foreign)).rejects.toMatchObject({ status: 404 })
  })

  it('refuses what would leave the year, and changes nothing', async () => {
    const { cityAdmin, office, teacher, ids, node } = await scene()
    const said = {
      ...days,
      unitId: ids.city,
      year: 2026,
      code: 'national-day',
      from: '2026-10-01',
      to: '2026-10-07',
    }
    const wrong = [
      { ...said, from: '2025-10-01' },
      { ...said, to: '2026-09-30' },
      { ...said, remindDaysBefore: 14 },
    ]
    for (const it of wrong) await expect(cityAdmin(changeNode, it)).rejects.toMatchObject({ status: 400 })
    await expect(cityAdmin(changeNode, { ...said, code: 'no-such-node' })).rejects.toMatchObject({
      status: 404,
    })
    await expect(teacher(changeNode, { ...said, unitId: ids.class })).rejects.toMatchObject({ status: 403 })
    // A school does not switch off what is the city's; it says that it sends none, and why.
    const off = { ...said, unitId: ids.school, isOff: true }
    await expect(office(changeNode, off)).rejects.toMatchObject({ status: 400 })
    expect((await node(cityAdmin, ids.city, 'national-day')).usual).toBeNull()
  })

  it('has nodes of a city’s own, added once, written from like any other, and taken away', async () => {
    const { cityAdmin, office, ids, node } = await scene()
    const said = {
      ...{ unitId: ids.city, year: 2026, requestId: newRequest(), title: '汛期安全', about: '汛期以前发。' },
      ...{ from: '2026-10-08', to: '2026-10-08', draftDaysBefore: 14, remindDaysBefore: 3 },
      inCharge: 'school_admin' as const,
      templates: ['notice'],
    }
    const added = await cityAdmin(addNode, said)
    expect(await cityAdmin(addNode, said)).toMatchObject({ code: added.code, isAdded: true })
    expect(await node(office, ids.school, added.code)).toMatchObject({
      title: '汛期安全',
      status: 'confirmed',
    })
    await walk()
    expect(await node(office, ids.school, added.code)).toMatchObject({ state: 'draft' })
    await cityAdmin(resetNode, { unitId: ids.city, year: 2026, code: added.code })
    await expect(node(office, ids.school, added.code)).rejects.toThrow('no ')
    const about = { ...said, requestId: newRequest(), templates: ['care-advice'] }
    await expect(cityAdmin(addNode, about)).rejects.toMatchObject({ status: 400 })
  })
})

describe('the day’s walk', () => {
  it('drafts each letter once, to the right families, and says where it comes from', async () => {
    const { office, ids, school, node } = await scene()
    await walk()
    await walk()
    world.pass(DAY)
    await walk()
    const { letters } = await office(listLetters, { unitId: ids.school, box: 'own' })
    expect(letters).toHaveLength(1)
    const letter = await office(readLetter, { letterId: letters[0]?.id ?? '' })
    expect(letter).toMatchObject({
      title: '给家长的一封信：心里病了，也要看医生',
      status: 'draft',
      dueOn: '2026-10-10',
      audience: [{ unitId: ids.school, name: school.fullName }],
      node: { code: 'mental-health-day', year: 2026, title: '世界精神卫生日' },
      authorName: '年度日历',
    })
    expect(await node(office, ids.school, 'mental-health-day')).toMatchObject({ state: 'draft' })
  })

  it('goes on where it was cut short, and does not bring back what was thrown away', async () => {
    const { office, ids, node } = await scene()
    await walk()
    const draft = await LetterModel.findOne({ 'node.code': 'mental-health-day' }).lean()
    await office(removeLetter, { letterId: String(draft?._id) })
    world.pass(DAY)
    await walk()
    expect(await node(office, ids.school, 'mental-health-day')).toMatchObject({ state: 'none' })
    // The database itself refuses a second draft of the same letter.
    const copy = { ...draft, _id: undefined, requestId: newRequest() }
    await LetterModel.create(copy)
    await expect(LetterModel.create({ ...copy, requestId: newRequest() })).rejects.toMatchObject({
      code: 11000,
    })
  })

  it('begins anew when somebody moves a node, and drafts on the new day', async () => {
    const { cityAdmin, office, ids, node } = await scene()
    await walk()
    expect(await node(office, ids.school, 'autumn-midterm')).toMatchObject({ state: 'none' })
    const near = { ...days, from: '2026-10-09', to: '2026-10-10' }
    await cityAdmin(changeNode, { unitId: ids.city, year: 2026, code: 'autumn-midterm', ...near })
    await walk()
    const elsewhere = await world.as(await buildStaff((await buildBranch()).grade, 'grade_head'), 'staff')
    await expect(elsewhere(readCalendar, { unitId: ids.grade })).rejects.toMatchObject({ status: 404 })
    expect(await node(office, ids.grade, 'autumn-midterm')).toMatchObject({ state: 'draft' })
  })

  it('tells whoever is in charge once, and once more when nothing has been sent', async () => {
    const { office: personId, teacher } = await buildClass(world)
    await walk()
    const said = async () =>
      (await messagesTo(await world.as(personId, 'staff'))).filter((it) => it.includes('世界精神卫生日'))
    expect(await said()).toHaveLength(1)
    const toTeacher = await messagesTo(await world.as(teacher, 'staff'))
    expect(toTeacher.filter((it) => it.includes('国庆假期'))).toHaveLength(1)
    world.goTo('2026-10-07T01:00:00Z')
    await walk()
    await walk()
    expect(await said()).toHaveLength(2)
    expect((await said())[0]).toContain('还没有发')
  })

  it('reminds nobody who has sent theirs or has said that there is none this year', async () => {
    const here = await scene()
    const { teacher, ids } = here
    await walk()
    await sendDraft(here)
    const said = { unitId: ids.class, year: 2026, code: 'national-day', reason: '学校已经统一发过' }
    await teacher(dismissNode, said)
    world.goTo('2026-09-28T01:00:00Z')
    await walk()
    world.goTo('2026-10-07T01:00:00Z')
    await walk()
    const again = [await world.as(here.officeId, 'staff'), await world.as(here.teacherId, 'staff')]
    const late = (await Promise.all(again.map(messagesTo))).flat()
    expect(late.filter((it) => it.includes('还没有发'))).toEqual([])
  })
})

describe('a node', () => {
  it('waits in 等您处理 until its letter is sent', async () => {
    const here = await scene()
    const { office, ids } = here
    await walk()
    const waiting = async () =>
      (await office(listDuties, { unitId: ids.school })).duties.find((it) => it.kind === 'calendar')?.count ??
      0
    expect(await waiting()).toBe(1)
    const sent = await sendDraft(here)
    expect(sent.status).toBe('sent')
    // Whoever sends it signs for it.
    expect(sent.authorName).toBe('王校长')
    expect(await waiting()).toBe(0)
  })

  it('is dismissed with a reason that stands, and taken up again', async () => {
    const here = await scene()
    const { office, officeId, ids, node } = here
    const said = { unitId: ids.school, year: 2026, code: 'mental-health-day' }
    await office(dismissNode, { ...said, reason: '区里统一发' })
    await office(dismissNode, { ...said, reason: '换一个原因' })
    expect(await node(office, ids.school, 'mental-health-day')).toMatchObject({
      state: 'dismissed',
      dismissal: { reason: '区里统一发', by: '王校长' },
    })
    await office(resumeNode, said)
    expect((await node(office, ids.school, 'mental-health-day')).state).toBe('none')
    const token = await world.tokenOf(officeId, 'staff')
    const path = `/api/units/${ids.school}/calendar/2026/nodes/mental-health-day/dismissal`
    expect((await world.send(token, 'POST', path, { reason: ' ' })).status).toBe(400)
  })

  it('is written by a class teacher for the own class, and counts', async () => {
    const { teacher, ids, node } = await scene()
    const [next] = (await teacher(listMyNodes, {})).nodes
    expect(next).toMatchObject({ code: 'national-day', unitId: ids.class, state: 'none' })
    const letter = await teacher(createLetter, {
      ...DRAFT,
      unitId: ids.class,
      requestId: newRequest(),
      audience: [ids.class],
      template: 'national-day',
      node: { code: 'national-day', year: 2026 },
    })
    expect(letter.node).toMatchObject({ title: '国庆假期' })
    expect(await node(teacher, ids.class, 'national-day')).toMatchObject({ state: 'draft' })
    await teacher(queueLetter, { letterId: letter.id, sendAt: null })
    expect(await node(teacher, ids.class, 'national-day')).toMatchObject({ state: 'sent' })
    const said = { unitId: ids.class, year: 2026, code: 'national-day', reason: '不发了' }
    await expect(teacher(dismissNode, said)).rejects.toMatchObject({ status: 409 })
    const nowhere = { ...DRAFT, unitId: ids.class, requestId: newRequest(), audience: [ids.class] }
    await expect(
      teacher(createLetter, { ...nowhere, node: { code: 'no-such-node', year: 2026 } }),
    ).rejects.toMatchObject({ status: 404 })
  })

  it('has a draft that belongs to whoever changes it first', async () => {
    const { office, ids } = await scene()
    await walk()
    const { letters } = await office(listLetters, { unitId: ids.school, box: 'own' })
    const { kind: _, ...words } = DRAFT
    const saved = await office(updateLetter, {
      ...words,
      letterId: letters[0]?.id ?? '',
      audience: [ids.school],
    })
    expect(saved).toMatchObject({ authorName: '王校长', node: { code: 'mental-health-day' } })
  })
})

it('puts right a letter that the calendar has drafted, as any other', async () => {
  const here = await scene()
  await walk()
  const sent = await sendDraft(here)
  const next = await here.office(reviseLetter, { letterId: sent.id, requestId: newRequest() })
  expect(next).toMatchObject({ status: 'draft', version: 2, node: { code: 'mental-health-day' } })
})
