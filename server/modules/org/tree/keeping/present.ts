import type { KeptUnit } from '#contract/tree'
import type { UnitScope } from '../../policy.ts'
import type { UnitRecord } from '../model.ts'
import { isWithin, STAGES_OF } from '../rules.ts'

interface Known {
  scope: UnitScope<'keepTree'>
  studentCount: number
  hasChildren: boolean
}

export function presentKept(unit: UnitRecord, { scope, studentCount, hasChildren }: Known): KeptUnit {
  const schoolType = unit.schoolType ?? null
  const isOwn = isWithin(unit.path, scope.path)
  return {
    id: String(unit._id),
    kind: unit.kind,
    name: unit.name,
    fullName: unit.fullName,
    code: unit.code,
    parentId: unit.parentId ? String(unit.parentId) : null,
    studentCount,
    schoolType,
    stages: [...(unit.stages.length > 0 ? unit.stages : schoolType ? STAGES_OF[schoolType] : [])],
    campuses: [...unit.campuses],
    entryYear: unit.entryYear ?? null,
    schoolYear: unit.schoolYear ?? null,
    isFiveFour: unit.isFiveFour,
    abilities: {
      addChild: isOwn && ['city', 'district', 'school'].includes(unit.kind) && schoolType !== 'community',
      change: isOwn && unit.kind !== 'grade',
      close: isOwn && unit.kind !== 'city' && studentCount === 0 && !hasChildren,
    },
  }
}
