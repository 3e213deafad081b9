import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { within } from '../../../org/tree/rules.ts'
import { CharterModel, type CharterRecord } from './model.ts'

const MOST = 50

/** Every version of a unit's charter, the newest first. */
export const chartersOf = (unitId: string) =>
  CharterModel.find({ unitId: new Types.ObjectId(unitId) })
    .sort({ version: -1 })
    .limit(MOST)
    .lean<CharterRecord[]>()

export const latestCharter = (unitId: string) =>
  CharterModel.findOne({ unitId: new Types.ObjectId(unitId) })
    .sort({ version: -1 })
    .lean<CharterRecord>()

export async function charterVersion(scope: UnitScope<'look'>, version: number) {
  const found = await CharterModel.findOne({
    unitId: new Types.ObjectId(scope.unitId),
    version,
  }).lean<CharterRecord>()
  if (!found) throw new Refusal('not_found', '没有这一版章程')
  return found
}

/** Saves the next version over the one that was read, and over no other. */
export async function save(
  scope: UnitScope<'runParentSchool'>,
  said: { version: number; text: string; adoptedOn: string },
  by: string,
  now: Date,
) {
  if (said.adoptedOn > shanghaiDay(now)) throw new Refusal('invalid', '通过章程的日期不能在今天以后')
  const stale = new Refusal('conflict', '刚刚有人保存了新的一版，请刷新后再改')
  const latest = await latestCharter(scope.unitId)
  if ((latest?.version ?? 0) !== said.version) throw stale
  const next = {
    unitId: new Types.ObjectId(scope.unitId),
    path: scope.path,
    version: said.version + 1,
    text: said.text,
    adoptedOn: said.adoptedOn,
    savedAt: now,
    savedBy: by,
  }
  const made = await CharterModel.create(next).catch((error: unknown) => {
    throw (error as { code?: number }).code === 11000 ? stale : error
  })
  return made.toObject<CharterRecord>()
}

/** The units at or below a path that have a charter. */
export async function unitsWithCharter(path: string) {
  const ids = await CharterModel.distinct('unitId', { path: within(path) })
  return new Set(ids.map(String))
}
