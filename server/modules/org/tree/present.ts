import type { Unit } from '#contract/org'
import type { UnitRecord } from './model.ts'

export function presentUnit(unit: UnitRecord, studentCount: number): Unit {
  return {
    id: String(unit._id),
    kind: unit.kind,
    name: unit.name,
    fullName: unit.fullName,
    parentId: unit.parentId ? String(unit.parentId) : null,
    studentCount,
  }
}
