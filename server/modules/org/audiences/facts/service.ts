import { UnitModel } from '../../tree/model.ts'
import type { ClassFacts } from '../rules.ts'

/** A class keeps its grade as long as it stands; a campus that is renamed is noticed after this time. */
const KEPT_MS = 10 * 60_000
const MOST_KEPT = 60_000

const kept = new Map<string, ClassFacts & { at: number }>()
const NOTHING: ClassFacts = { grade: null, campus: '' }

/**
 * Grade and campus of some classes. They are asked for with every list of letters, so that they are kept in the process: a
 * city has 25,000 classes, some megabytes.
 */
export async function factsOf(classIds: readonly string[]): Promise<Map<string, ClassFacts>> {
  const now = performance.now()
  const wanted = [...new Set(classIds)]
  const missing = wanted.filter((it) => now - (kept.get(it)?.at ?? -Infinity) > KEPT_MS)
  if (missing.length > 0) {
    if (kept.size + missing.length > MOST_KEPT) kept.clear()
    const units = await UnitModel.find({ _id: { $in: missing } }, { grade: 1, campus: 1 }).lean()
    for (const { _id, grade, campus } of units) {
      kept.set(String(_id), { grade: grade ?? null, campus: campus ?? '', at: now })
    }
  }
  return new Map(wanted.map((it) => [it, kept.get(it) ?? NOTHING]))
}
