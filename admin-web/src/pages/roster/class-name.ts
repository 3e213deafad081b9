import type { Unit } from '#contract/org'

/** A class as one calls it inside its school or grade: 七年级2班, 2班; from further away in full. */
export function inside(className: string, unit: Pick<Unit, 'kind' | 'fullName'> | null): string {
  // A school's own name may begin with its district's, which is no reason to cut it short.
  if (!unit || !['school', 'grade'].includes(unit.kind) || !className.startsWith(unit.fullName))
    return className
  return className.slice(unit.fullName.length) || className
}
