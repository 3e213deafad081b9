import { Types } from 'mongoose'
import { readHolidays } from '../../../../../content/schema.ts'
import { Refusal } from '../../../../http/errors.ts'
import { dayOf } from '../../../hotlines/hours/rules.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { ServiceHoursModel, type ServiceHoursRecord } from './model.ts'
import { type Hours, type IsWorkday, objectionTo, USUAL } from './rules.ts'

let holidays: ReturnType<typeof readHolidays> | undefined
/** By the holidays of `content/calendar`, read once. */
export const isWorkday: IsWorkday = (day) => dayOf(day, (holidays ??= readHolidays())).isWorkday

/** The hours of a school; the usual ones where it has set none, and of what belongs to no school. */
export async function hoursOf(
  schoolId: Types.ObjectId | string | null,
): Promise<Hours & { isUsual: boolean }> {
  const set = schoolId ? await ServiceHoursModel.findById(schoolId).lean<ServiceHoursRecord>() : null
  return set ? { from: set.from, to: set.to, isUsual: false } : { ...USUAL, isUsual: true }
}

/** Saved twice, it is the same. */
export async function setHours(scope: UnitScope<'keepTree'>, hours: Hours, now: Date) {
  if (scope.kind !== 'school') throw new Refusal('invalid', '回复时间由每所学校自己设定，请先选一所学校')
  const objection = objectionTo(hours)
  if (objection) throw new Refusal('invalid', objection)
  const said = { ...hours, setBy: new Types.ObjectId(scope.personId), setAt: now }
  await ServiceHoursModel.updateOne({ _id: scope.unitId }, { $set: said }, { upsert: true })
}
