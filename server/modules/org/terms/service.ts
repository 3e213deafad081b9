import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { UnitScope } from '../policy.ts'
import { idAt } from '../tree/rules.ts'
import { CalendarModel, type CalendarRecord } from './model.ts'
import { comingYearOn, objectionTo, schoolYearOn, type Term, termOn, type YearDays } from './rules.ts'

/** So often two editors of one city may meet before one of them is told. */
const TRIES = 5

/** The school years that the city of a path has set; those missing have the days every city begins with. */
export async function yearsOf(path: string): Promise<YearDays[]> {
  const calendar = await CalendarModel.findById(idAt(path, 0)).lean<CalendarRecord>()
  return calendar?.years ?? []
}

/** The term of this moment in the city of a path; null in the holidays. */
export const termAt = async (path: string, now: Date): Promise<Term | null> =>
  termOn(shanghaiDay(now), await yearsOf(path))

/** The school year of this moment, and the one that is being got ready: in the summer holidays the next. */
export async function schoolYearAt(path: string, now: Date) {
  const years = await yearsOf(path)
  const today = shanghaiDay(now)
  return { current: schoolYearOn(today, years), coming: comingYearOn(today, years) }
}

/** Sets the days of one school year. The whole calendar is one document, so two editors cannot make terms overlap. */
export async function save(scope: UnitScope<'keepTree'>, year: YearDays): Promise<YearDays> {
  if (scope.kind !== 'city') throw new Refusal('forbidden', '学期由市管理员统一设定')
  const _id = new Types.ObjectId(scope.unitId)
  await CalendarModel.updateOne({ _id }, { $setOnInsert: { version: 0, years: [] } }, { upsert: true })
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const calendar = await CalendarModel.findById(_id).lean<CalendarRecord>()
    const others = (calendar?.years ?? []).filter((it) => it.year !== year.year)
    const objection = objectionTo(year, others)
    if (objection) throw new Refusal('conflict', objection)
    const years = [...others, year].sort((a, b) => a.year - b.year)
    const { matchedCount } = await CalendarModel.updateOne(
      { _id, version: calendar?.version ?? 0 },
      { $set: { years }, $inc: { version: 1 } },
    )
    if (matchedCount > 0) return year
  }
  throw new Refusal('conflict', '刚刚有人也在修改学期，请刷新后再试')
}
