import type { Unit } from '#contract/org'

/** Of the ticked units only the topmost: a whole school instead of the school and each of its classes. */
export function topmost(ticked: Pick<Unit, 'id' | 'parentId'>[]): string[] {
  const ids = new Set(ticked.map((it) => it.id))
  return ticked.filter((it) => !it.parentId || !ids.has(it.parentId)).map((it) => it.id)
}
