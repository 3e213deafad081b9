import { Types } from 'mongoose'
import type { Outcome } from '#contract/promotion'
import { Refusal } from '../../../../http/errors.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import { StudentModel } from '../../families/model.ts'
import { STILL_HERE } from '../../families/rules.ts'
import { comingYearOn, type YearDays } from '../../terms/rules.ts'
import { yearsOf } from '../../terms/service.ts'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, entryYearOf, idAt, within } from '../../tree/rules.ts'
import * as tree from '../../tree/service.ts'
import { MoveModel, type MoveRecord, PromotionModel, type PromotionRecord } from '../model.ts'
import { freeCode, fullName, nextClass, orderOf, type PlannedTarget, partsOf } from '../rules.ts'

/** The school year a class stands for; of one that an import has made, the year it was made for. */
const yearOf = (klass: UnitRecord & { createdAt?: Date }, set: readonly YearDays[]) =>
  klass.schoolYear ?? comingYearOn(shanghaiDay(klass.createdAt ?? new Date(0)), set)

/** The classes below a path that stand, with the school year each stands for. */
export async function standingClasses(path: string) {
  const [classes, set] = await Promise.all([tree.unitsWithin(path, 'class'), yearsOf(path)])
  return classes.map((klass) => ({ klass, year: yearOf(klass, set) }))
}

/** The school year that a promotion begun now leads to: the one after the oldest that any class stands for. */
export async function nextYear(path: string): Promise<number | null> {
  const years = (await standingClasses(path)).map((it) => it.year)
  return years.length > 0 ? Math.min(...years) + 1 : null
}

export type Planned = Omit<
  MoveRecord,
  '_id' | 'promotionId' | 'studentIds' | 'posts' | 'keptIds' | 'doneAt' | 'joinCode' | 'schoolYear' | 'state'
>

/** What becomes of every class by default: a grade up, or out of the school. */
export async function planOf(path: string, year: number): Promise<Planned[]> {
  const [standing, schools, city, counts] = await Promise.all([
    standingClasses(path),
    tree.unitsWithin(path, 'school').then(async (it) => (it.length > 0 ? it : schoolOf(path))),
    tree.findUnit(idAt(path, DEPTH.city) ?? ''),
    countsBy(path),
  ])
  const taken = new Map<string, Set<string>>()
  return standing
    .filter((it) => it.year < year)
    .flatMap(({ klass }) => {
      const school = schools.find((it) => String(it._id) === idAt(klass.path, DEPTH.school))
      if (!school) return []
      const next = nextClass(klass, school, city ?? {}, year)
      const target = next && { ...next, classId: new Types.ObjectId(), code: claim(taken, school, next) }
      const grade = klass.grade ?? 0
      return [
        {
          order: orderOf(school.path, grade, klass.name),
          classId: klass._id,
          schoolId: school._id,
          path: klass.path,
          name: fullName(grade, klass.name),
          className: klass.name,
          code: klass.code,
          grade,
          campus: klass.campus,
          entryYear: klass.entryYear ?? entryYearOf(grade, year - 1, city ?? {}),
          students: counts.get(String(klass._id)) ?? 0,
          outcome: target ? ('up' as const) : ('graduate' as const),
          into: target ? [target] : [],
          mergedWith: null,
          isLast: !target,
        },
      ]
    })
}

const schoolOf = (path: string) => tree.findUnits([idAt(path, DEPTH.school) ?? '']).catch(() => [])

/** Codes are taken once in each grade of a school, so that the plan can be carried out as it stands. */
function claim(taken: Map<string, Set<string>>, school: UnitRecord, target: PlannedTarget) {
  const key = `${String(school._id)}:${target.grade}`
  const codes = taken.get(key) ?? new Set<string>()
  const code = freeCode(target.code, codes)
  taken.set(key, codes.add(code))
  return code
}

async function countsBy(path: string) {
  const rows = await StudentModel.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: { path: within(path), ...STILL_HERE } },
    { $group: { _id: '$path', count: { $sum: 1 } } },
  ])
  return new Map(rows.map((it) => [idAt(String(it._id), DEPTH.class) ?? '', it.count]))
}

export interface ClassPlan {
  outcome: Outcome
  mergeWith?: string | undefined
  parts?: number | undefined
}

/** Changes what becomes of one class, while nothing has been done yet. Gives the moves of its school. */
export async function planClass(job: PromotionRecord, classId: string, plan: ClassPlan) {
  const move = await MoveModel.findOne({ promotionId: job._id, classId }).lean<MoveRecord>()
  if (!move) throw new Refusal('not_found', '这次升级里没有这个班')
  const siblings = await movesOf(job._id, move.schoolId)
  await MoveModel.db.transaction(async () => {
    // Touched so that applying and planning cannot pass each other.
    const { matchedCount } = await PromotionModel.updateOne(
      { _id: job._id, status: 'draft' },
      { $inc: { __v: 1 } },
    )
    if (matchedCount === 0) throw new Refusal('conflict', '升级已经开始，不能再改')
    const change = await changeFor(job, move, siblings, plan)
    await MoveModel.updateOne({ _id: move._id, state: 'waiting' }, { $set: change })
  })
  return movesOf(job._id, move.schoolId)
}

async function changeFor(job: PromotionRecord, move: MoveRecord, siblings: MoveRecord[], plan: ClassPlan) {
  const followers = siblings.filter((it) => it.mergedWith?.equals(move.classId))
  if (followers.length > 0 && (plan.outcome !== 'up' || plan.mergeWith || plan.parts)) {
    throw new Refusal(
      'conflict',
      `${followers.map((it) => it.name).join('、')}要并入${move.name}，请先改它们`,
    )
  }
  if (plan.outcome !== 'up') return { outcome: plan.outcome, into: [], mergedWith: null }
  const own = await ownTarget(job, move)
  if (!own) throw new Refusal('conflict', `${move.name}是毕业班，不能升级`)
  if (plan.mergeWith) {
    const main = siblings.find((it) => String(it.classId) === plan.mergeWith)
    const objection = mergeObjection(move, main)
    if (objection || !main) throw new Refusal('conflict', objection ?? '这次升级里没有要并入的班')
    return { outcome: 'up', into: main.into, mergedWith: main.classId }
  }
  if (!plan.parts) return { outcome: 'up', into: [own], mergedWith: null }
  const taken = siblings
    .filter((it) => it.grade === move.grade && it !== move)
    .flatMap((it) => (it.classId.equals(move.classId) ? [] : it.into))
  const more = partsOf(own, move, plan.parts, [own, ...taken])
  return {
    outcome: 'up',
    into: [own, ...more.map((it) => ({ ...it, classId: new Types.ObjectId() }))],
    mergedWith: null,
  }
}

function mergeObjection(move: MoveRecord, main: MoveRecord | undefined): string | null {
  if (!main) return '这次升级里没有要并入的班'
  if (main.classId.equals(move.classId)) return '不能并入自己'
  if (main.grade !== move.grade) return '只能并入同一年级的班'
  if (main.outcome !== 'up' || main.mergedWith || main.into.length !== 1) {
    return `${main.name}自己要合并、分班或不升级，请先改它`
  }
  return null
}

/** The class this one would become by itself: as it was planned first, whatever was chosen since. */
async function ownTarget(job: PromotionRecord, move: MoveRecord) {
  const [first] = move.into
  if (first && !move.mergedWith) return first
  const planned = await planOf(move.path, job.year)
  const next = planned.find((it) => it.classId.equals(move.classId))?.into[0]
  if (!next) return null
  const others = (await movesOf(job._id, move.schoolId))
    .flatMap((it) => it.into)
    .filter((it) => it.grade === next.grade)
  return { ...next, code: freeCode(next.code, new Set(others.map((it) => it.code))) }
}

export const movesOf = (promotionId: Types.ObjectId, schoolId: Types.ObjectId | string) =>
  MoveModel.find({ promotionId, schoolId }).sort({ order: 1 }).limit(400).lean<MoveRecord[]>()
