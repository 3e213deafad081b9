import { Types } from 'mongoose'
import { beforeEach, expect, it } from 'vitest'
import { listUnreached, recountUnreached } from '#contract/unreached'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { sheetId } from '../../server/modules/letters/sheets/rules.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { scaled } from '../support/scale.ts'
import { newUnit } from '../support/town.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-29T20:05:00+08:00'))

/** 100,000 families: a hundred schools of 25 classes with 40 children; or few children in as many classes. */
const SCHOOLS = 100
const CLASSES = 25
const CHILDREN = scaled(40, 2)

async function scene() {
  const { district } = await buildClass(world)
  const admin = await buildStaff(district, 'district_admin')
  const letter = await sendLetter(world, admin, district)
  await tick(world)
  const pattern = await SheetModel.findOne({ letterId: letter.id }).lean()
  const child = await StudentModel.findOne().lean()
  for (let at = 0; at < SCHOOLS; at++) {
    const school = newUnit('school', `第${at}小学`, `Z${at}`, district)
    const grade = newUnit('grade', '一年级', `Z${at}-1`, school, 1)
    const rooms = Array.from({ length: CLASSES }, (_, n) =>
      newUnit('class', `${n + 1}班`, `Z${at}-1-${n}`, grade, 1),
    )
    await UnitModel.collection.insertMany([school, grade, ...rooms])
    const filled = rooms.map((room) => ({
      room,
      ids: Array.from({ length: CHILDREN }, () => new Types.ObjectId()),
    }))
    const { activatedAt: _, ...student } = child ?? {}
    await StudentModel.collection.insertMany(
      filled.flatMap(
        ({ room, ids }) =>
          ids.map((_id) => ({
            ...student,
            ...{ _id, classId: room._id, path: room.path, number: String(_id), memberships: [] },
          })) as never[],
      ),
    )
    await SheetModel.collection.insertMany(
      filled.map(({ room, ids }) => ({
        ...pattern,
        ...{ _id: sheetId(letter.id, String(room._id)), classId: room._id, path: room.path },
        ...{ roster: ids, unreached: ids, expected: ids.length, reached: 0 },
      })) as never[],
    )
  }
  return { call: await world.as(admin, 'staff'), at: { letterId: letter.id, unitId: String(district._id) } }
}

it('answers for a district of a hundred schools from what is kept, within 300 ms', async () => {
  const { call, at } = await scene()
  await call(recountUnreached, at)
  const begun = performance.now()
  await tick(world)
  const countedMs = performance.now() - begun

  const took: number[] = []
  for (let n = 0; n < 40; n++) {
    const from = performance.now()
    const { counts, rows } = await call(listUnreached, at)
    took.push(performance.now() - from)
    expect(counts.wrongNumber).toBeGreaterThanOrEqual(SCHOOLS * CLASSES * CHILDREN)
    expect(rows).toHaveLength(SCHOOLS + 1)
  }
  took.sort((a, b) => a - b)
  world.deps().log.info({ countedMs, p50: took[20], p95: took[37] }, 'a district of a hundred schools')
  expect(took[37]).toBeLessThan(300)
}, 300_000)
