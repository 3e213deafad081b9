import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { followLateComers, noteMoved } from '../../server/modules/letters/latecomers/service.ts'
import { LateComerModel } from '../../server/modules/letters/latecomers/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import type { Town } from '../support/town.ts'

/** How many children are brought to a new class, each with the letters that are open to the city. */
const MOST = 100_000
const TOGETHER = 50

/** A promotion moves a city: how long until every child stands on the sheets of its new class, and its family is told of what waits. */
export async function lateComersLine({ classes }: Town, letters: number, log: Logger) {
  const now = new Date()
  const leaving: UnitRecord[] = []
  let children = 0
  for (const klass of classes) {
    if (children >= MOST) break
    leaving.push(klass)
    children += await StudentModel.countDocuments({ classId: klass._id })
  }
  for (let at = 0; at < leaving.length; at += TOGETHER) {
    await Promise.all(leaving.slice(at, at + TOGETHER).map((it) => moveUp(it, now)))
  }
  const later = new Date(now.getTime() + 60_000)
  const startedAt = performance.now()
  while (!(await followLateComers(later, log)));
  const seconds = (performance.now() - startedAt) / 1000
  const ids = leaving.map((it) => it._id)
  const [left, stayed] = await Promise.all([
    LateComerModel.countDocuments(),
    SheetModel.aggregate<{ expected: number }>([
      { $match: { classId: { $in: ids } } },
      { $group: { _id: null, expected: { $sum: '$expected' } } },
    ]),
  ])
  return {
    name: 'letters-city following moved children',
    children,
    letters,
    seconds: Number(seconds.toFixed(1)),
    childrenPerSecond: Math.round(children / seconds),
    /** Families that had answered stay; nobody is left to be followed. */
    stayed: stayed[0]?.expected ?? 0,
    left,
  }
}

/** A class with all that is in it to a new one beside it, past the models, noted as a promotion does it. */
async function moveUp(klass: UnitRecord, now: Date) {
  const classId = new Types.ObjectId()
  const path = klass.path.replace(String(klass._id), String(classId))
  const { joinCode: _joinCode, ...rest } = klass
  const students = await StudentModel.find({ classId: klass._id }, { _id: 1 }).lean<
    { _id: Types.ObjectId }[]
  >()
  await UnitModel.collection.insertOne({ ...rest, _id: classId, path, code: `${klass.code}-next` })
  await StudentModel.collection.updateMany({ classId: klass._id }, [
    {
      $set: {
        classId,
        path,
        memberships: {
          $concatArrays: [
            { $map: { input: '$memberships', in: { $mergeObjects: ['$$this', { to: now }] } } },
            [{ classId, path, from: now, to: null }],
          ],
        },
      },
    },
  ])
  await GuardianshipModel.collection.updateMany({ classId: klass._id }, { $set: { classId, path } })
  await noteMoved(
    students.map((it) => ({ studentId: it._id, classIds: [klass._id] })),
    now,
    new Date(now.getTime() + 3_600_000),
  )
}
