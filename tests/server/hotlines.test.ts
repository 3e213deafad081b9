import { expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import { listHelpLines, readCityHelpLines, saveCityHelpLines } from '#contract/hotlines'
import { listMyMessages } from '#contract/notify'
import { remindOfCheck } from '../../server/modules/hotlines/checking/service.ts'
import { isCheckDue } from '../../server/modules/hotlines/rules.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const LINE = {
  name: '云溪家长热线',
  number: '0795-1234567',
  hours: '工作日9:00–17:00',
  about: '家里的事，都可以问。',
  allDay: false,
}

/** Two cities on one installation, and a mother with a child in each. */
async function scene() {
  const [here, there] = [await buildBranch(), await buildBranch()]
  const [first, second] = [await buildStudent(here.klass), await buildStudent(there.klass)]
  const motherId = await buildGuardian(world, first)
  await buildGuardian(world, second, { personId: motherId })
  const admin = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  const mother = await world.as(motherId, 'guardian')
  const seen = async (studentId?: string) =>
    (await mother(listHelpLines, studentId ? { studentId } : {})).lines.map((it) => it.number)
  const cityId = String(here.city._id)
  return { here, there, admin, seen, cityId, first: String(first._id), second: String(second._id) }
}

it('shows each city its own, by the child that is chosen', async () => {
  const { admin, seen, cityId, first, second } = await scene()
  const usual = await seen(second)
  await admin(saveCityHelpLines, { unitId: cityId, set: 'yichun', own: [LINE], isChecked: false })
  await admin(saveCityHelpLines, { unitId: cityId, set: 'yichun', own: [LINE], isChecked: false })
  expect(await seen(first)).toEqual(expect.arrayContaining(['110', '966525', LINE.number]))
  expect((await seen(first))[0]).toBe('110')
  expect(await seen(second)).toEqual(usual)
  expect(usual).not.toContain(LINE.number)
  // No child chosen, or one that is not theirs: nobody in need is turned away.
  expect(await seen()).toContain(LINE.number)
  expect(await seen('0'.repeat(24))).toContain(LINE.number)
  const stranger = await world.withToken(null)(listHelpLines, {})
  expect(stranger.lines.map((it) => it.number)).not.toContain(LINE.number)
})

it('is kept by the city, checked once a year, and refuses what no phone could dial', async () => {
  const { admin, here, there, cityId } = await scene()
  const said = { unitId: cityId, set: null, own: [LINE], isChecked: true }
  const kept = await admin(saveCityHelpLines, said)
  expect(kept).toMatchObject({ set: null, own: [LINE], isCheckDue: false })
  expect(kept.sets.map((it) => it.code)).toContain('changchun')
  world.pass(366 * 86_400_000)
  const later = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  expect((await later(readCityHelpLines, { unitId: cityId })).isCheckDue).toBe(true)

  await expect(later(saveCityHelpLines, { ...said, set: 'nowhere' })).rejects.toMatchObject({ status: 400 })
  await expect(later(saveCityHelpLines, { ...said, own: [LINE, LINE] })).rejects.toMatchObject({
    status: 400,
  })
  const district = await world.as(await buildStaff(here.district, 'district_admin'), 'staff')
  const theirs = { ...said, unitId: String(here.district._id) }
  await expect(district(saveCityHelpLines, theirs)).rejects.toMatchObject({ status: 400 })
  await expect(district(saveCityHelpLines, said)).rejects.toMatchObject({ status: 404 })
  const foreign = await world.as(await buildStaff(there.city, 'city_admin'), 'staff')
  await expect(foreign(readCityHelpLines, { unitId: cityId })).rejects.toMatchObject({ status: 404 })
  expect((await later(readCityHelpLines, { unitId: cityId })).own).toEqual([LINE])
})

it('is due for a check on the same day a year later', () => {
  expect(isCheckDue('2026-11-25', '2027-11-24')).toBe(false)
  expect(isCheckDue('2026-11-25', '2027-11-25')).toBe(true)
  expect(isCheckDue(null, '2026-11-25')).toBe(true)
})

it('says who answers at this hour, and names whom nobody answers last', async () => {
  const { admin, cityId, here } = await scene()
  await admin(saveCityHelpLines, { unitId: cityId, set: null, own: [LINE], isChecked: true })
  const teacher = await buildStaff(here.klass, 'class_teacher')
  const shown = async (iso: string) => {
    world.goTo(iso)
    const [stranger, staff] = [world.withToken(null), await world.as(teacher, 'staff')]
    return {
      stranger: (await stranger(listHelpLines, {})).lines,
      lines: (await staff(listHelpLines, {})).lines,
    }
  }
  // Wednesday morning, and the night after it.
  const morning = await shown('2026-11-25T02:00:00Z')
  expect(morning.lines.find((it) => it.number === LINE.number)).toMatchObject({ isOpen: true })
  const night = await shown('2026-11-25T16:00:00Z')
  expect(night.lines.at(-1)).toMatchObject({ number: LINE.number, isOpen: false })
  // Nights are covered, danger comes first, and no hour is guessed.
  expect(night.lines[0]?.number).toBe('110')
  expect(night.lines.filter((it) => it.isOpen).map((it) => it.number)).toContain('12355')
  expect(night.stranger.find((it) => it.number === '12356')).toMatchObject({ isOpen: null })
})

it('asks the city once a month to ring the numbers up, until somebody has and is named', async () => {
  const { admin, cityId } = await scene()
  const { log } = world.deps()
  const asked = async () =>
    (await admin(listMyMessages, {})).messages.filter((it) => it.title === '求助热线该核对了').length
  const waiting = async () =>
    (await admin(listDuties, { unitId: cityId })).duties.some((it) => it.kind === 'helpLines')
  await remindOfCheck(world.now(), log)
  await remindOfCheck(world.now(), log)
  expect([await asked(), await waiting()]).toEqual([1, true])
  const kept = await admin(saveCityHelpLines, { unitId: cityId, set: null, own: [], isChecked: true })
  expect(kept.checkedBy).toMatch(/^李老师/)
  await remindOfCheck(new Date(world.now().getTime() + 40 * 86_400_000), log)
  expect([await asked(), await waiting()]).toEqual([1, false])
})
