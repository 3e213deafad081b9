import { beforeEach, expect, it } from 'vitest'
import { listUnreached, recountUnreached } from '#contract/unreached'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { UnreachedTallyModel } from '../../server/modules/letters/unreached/recounting/model.ts'
import { noteConsent, switchOff } from '../../server/modules/notify/consents/service.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
beforeEach(() => world.goTo('2026-11-29T20:05:00+08:00'))

const openIdOf = async (personId: string) => (await PersonModel.findById(personId).lean())?.wxOpenId ?? ''
const moment = (minute: string) => expect.stringMatching(`^2026-11-29T${minute}`) as string
const NONE = { notJoined: 0, wrongNumber: 0, noWechat: 0, switchedOff: 0, noConsent: 0 }

/** A district with two schools; the second one has the more families nothing reaches. */
async function scene() {
  const built = await buildClass(world)
  const { city, district, li, mother } = built
  await noteConsent(await openIdOf(mother), templateId, { from: 'page', id: 'tap', at: world.now() })
  await buildListedGuardian(world, li, '13711113333')
  const other = await ensureUnit({ kind: 'school', name: '第二小学', code: 'S-2', parent: district })
  const grade = await ensureUnit({ kind: 'grade', name: '一年级', code: 'S-2-1', grade: 1, parent: other })
  const klass = await ensureUnit({ kind: 'class', name: '1班', code: 'S-2-1-1', grade: 1, parent: grade })
  const child = (name: string) => buildStudent(klass, { name })
  const off = await buildGuardian(world, await child('赵六'))
  await switchOff(await openIdOf(off), templateId, world.now())
  const nowhere = await buildGuardian(world, await child('孙七'))
  await PersonModel.updateOne({ _id: nowhere }, { $unset: { wxOpenId: 1 } })
  await child('周八')
  const admin = await buildStaff(district, 'district_admin')
  const letter = await sendLetter(world, admin, district)
  await tick(world)
  const call = await world.as(admin, 'staff')
  const at = { letterId: letter.id, unitId: String(district._id) }
  const ofCity = await world.as(await buildStaff(city, 'city_admin'), 'staff')
  return { ...built, other, admin, letter, call, ofCity, at, used: off }
}

it('counts every cause by school when somebody of a district asks, most first, and keeps it with its moment', async () => {
  const { call, at, school, other } = await scene()
  await call(recountUnreached, at)
  expect((await call(listUnreached, at)).kept).toMatchObject({
    ...{ countedAt: null, isStale: false, progress: { done: 0, of: 2 } },
  })
  await tick(world)

  const read = await call(listUnreached, at)
  expect(read).toEqual({
    counts: { ...NONE, notJoined: 1, wrongNumber: 1, noWechat: 1, switchedOff: 1 },
    isComplete: true,
    families: null,
    rows: [
      {
        ...{ unitId: String(other._id), kind: 'school', name: '第二小学' },
        counts: { ...NONE, wrongNumber: 1, noWechat: 1, switchedOff: 1 },
      },
      {
        ...{ unitId: String(school._id), kind: 'school', name: school.name },
        counts: { ...NONE, notJoined: 1 },
      },
    ],
    kept: {
      ...{ countedAt: moment('12:05'), isStale: false, progress: null },
      firstSchools: [
        { unitId: String(other._id), name: '第二小学', families: 3 },
        { unitId: String(school._id), name: school.name, families: 1 },
      ],
    },
  })
  // One step down is the school's own page, of this moment.
  expect(await call(listUnreached, { ...at, unitId: String(other._id) })).toMatchObject({
    counts: { switchedOff: 1, noWechat: 1 },
  })
})

it('is counted again only when it is older than ten minutes, and shows the old figure meanwhile', async () => {
  const { call, at, used } = await scene()
  await call(recountUnreached, at)
  await tick(world)
  await noteConsent(await openIdOf(used), templateId, { from: 'page', id: 'later', at: world.now() })

  world.goTo('2026-11-29T20:14:00+08:00')
  await call(recountUnreached, at)
  await tick(world)
  expect((await call(listUnreached, at)).counts.switchedOff).toBe(1)

  world.goTo('2026-11-29T20:16:00+08:00')
  expect((await call(listUnreached, at)).kept).toMatchObject({ isStale: true })
  await Promise.all([1, 2, 3].map(() => call(recountUnreached, at)))
  expect(await call(listUnreached, at)).toMatchObject({
    counts: { switchedOff: 1 },
    kept: { countedAt: moment('12:05'), progress: { done: 0, of: 2 } },
  })
  await tick(world)
  expect(await call(listUnreached, at)).toMatchObject({
    counts: { switchedOff: 0 },
    kept: { countedAt: moment('12:16'), isStale: false, progress: null },
  })
})

it('goes on school by school in slices where it was stopped, and by district for a city', async () => {
  const { ofCity, at, city, district, other } = await scene()
  const above = { ...at, unitId: String(city._id) }
  await ofCity(recountUnreached, above)
  let asked = 0
  await letterTick({ ...world.deps(), sliceMs: 0 }, () => asked++ >= 1)
  expect(await UnreachedTallyModel.countDocuments()).toBe(1)
  expect(await ofCity(listUnreached, above)).toMatchObject({
    ...{ isComplete: false, counts: { notJoined: 2 } },
    kept: { progress: { done: 1, of: 2 } },
  })
  await tick(world)
  expect(await ofCity(listUnreached, above)).toMatchObject({
    isComplete: true,
    rows: [{ unitId: String(district._id), counts: { notJoined: 1, noWechat: 1 } }],
    kept: { firstSchools: [{ unitId: String(other._id), families: 3 }, { families: 1 }] },
  })
})

it('is not held up by a school that cannot be counted', async () => {
  const { call, at, school } = await scene()
  await SheetModel.updateOne({ path: new RegExp(`^${school.path}`) }, { $unset: { roster: 1 } })
  await call(recountUnreached, at)
  await tick(world)
  expect(await call(listUnreached, at)).toMatchObject({
    counts: { notJoined: 0, switchedOff: 1 },
    kept: { progress: null },
  })
})

it('leaves a school alone, whose figures are of this moment, and tells nobody outside', async () => {
  const { call, at, school, teacher } = await scene()
  await call(recountUnreached, { ...at, unitId: String(school._id) })
  await tick(world)
  expect(await UnreachedTallyModel.countDocuments()).toBe(0)
  const theirs = await world.as(teacher, 'staff')
  await expect(theirs(recountUnreached, at)).rejects.toMatchObject({ status: 404 })
})
