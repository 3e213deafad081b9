import { expect, it, vi } from 'vitest'
import { openMyLetter } from '#contract/letters'
import { applyPromotion, beginPromotion, undoPromotion } from '#contract/promotion'
import { SheetModel, type SheetRecord } from '../../server/modules/letters/sheets/model.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStaff } from '../support/build.ts'
import { importer } from '../support/imports.ts'
import { sendLetter, tick } from '../support/letters.ts'
import { rosterRow, writeRoster } from '../support/roster.ts'
import { buildDistrict, buildSchool, fillClass } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

// Whole lists and promotions, each by the worker that does them.
vi.setConfig({ testTimeout: 120_000 })
const world = useWorld()
const MINUTE_MS = 60_000

/** How many each class with a sheet of the letter waits for. */
async function waiting(letterId: string) {
  const sheets = await SheetModel.find({ letterId }).sort({ path: 1 }).lean<SheetRecord[]>()
  return Object.fromEntries(sheets.filter((it) => it.expected > 0).map((it) => [it.className, it.expected]))
}

it('goes up with a class, also for families that have opened it only, and comes back when the promotion is undone', async () => {
  world.goTo('2027-07-20T02:00:00Z')
  const district = await buildDistrict(world)
  const school = await buildSchool(world, district, { grades: [7], classes: 1 })
  const [one] = await fillClass(school.classOf('七年级1班'), 3)
  if (!one) throw new Error('No student')
  const mother = await world.as(await buildGuardian(world, one), 'guardian')
  const { id: letterId } = await sendLetter(world, school.admin, school.school)
  await mother(openMyLetter, { studentId: String(one._id), letterId })
  world.pass(MINUTE_MS)
  const settled = async (id: string, status: string) => {
    const now = async () => (await PromotionModel.findById(id))?.status
    await expect.poll(now, { timeout: 60_000, interval: 50 }).toBe(status)
    await tick(world)
    world.pass(MINUTE_MS)
  }
  const { id: promotionId } = await district.call(beginPromotion, { unitId: String(district.district._id) })

  await district.call(applyPromotion, { promotionId })
  await settled(promotionId, 'applied')
  expect(await waiting(letterId)).toEqual({ 八年级1班: 3 })

  await district.call(undoPromotion, { promotionId })
  await settled(promotionId, 'undone')
  expect(await waiting(letterId)).toEqual({ 七年级1班: 3 })
})

it('goes with a child whom a list brings into another class, and back with the list', async () => {
  world.goTo('2026-11-23T01:00:00Z')
  const lists = await importer(world)
  const row = (klass: string) => rosterRow(20, { klass })
  await lists.applied(await writeRoster([row('1班'), rosterRow(11, { klass: '2班' })]))
  const school = (await UnitModel.findOne({ name: '云溪中学' }).lean<UnitRecord>()) as UnitRecord
  const { id: letterId } = await sendLetter(world, await buildStaff(school, 'school_admin'), school)
  world.pass(MINUTE_MS)
  expect(await waiting(letterId)).toEqual({ 七年级1班: 1, 七年级2班: 1 })

  const job = await lists.applied(await writeRoster([row('2班'), rosterRow(11, { klass: '2班' })]))
  await tick(world)
  world.pass(MINUTE_MS)
  expect(await waiting(letterId)).toEqual({ 七年级2班: 2 })

  await lists.undone(job.id)
  await tick(world)
  expect(await waiting(letterId)).toEqual({ 七年级1班: 1, 七年级2班: 1 })
})
