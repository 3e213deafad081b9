import type { DraftModule } from '#contract/drafts'

/** The modules with one lesson a place further up or down; at the edge of its module it goes over into the next. */
export function moved(modules: readonly DraftModule[], id: string, step: -1 | 1): DraftModule[] {
  const at = modules.findIndex((it) => it.lessonIds.includes(id))
  const own = modules[at]
  if (!own) return [...modules]
  const from = own.lessonIds.indexOf(id)
  const to = from + step
  if (to >= 0 && to < own.lessonIds.length) {
    const lessonIds = own.lessonIds.filter((it) => it !== id)
    lessonIds.splice(to, 0, id)
    return modules.map((it, index) => (index === at ? { ...it, lessonIds } : it))
  }
  const next = modules[at + step]
  if (!next) return [...modules]
  return placedBefore(modules, id, at + step, step > 0 ? (next.lessonIds[0] ?? null) : null)
}

/** The modules with one lesson in a module, before another lesson or at its end. */
export function placedBefore(
  modules: readonly DraftModule[],
  id: string,
  at: number,
  before: string | null,
): DraftModule[] {
  return modules.map((it, index) => {
    const lessonIds = it.lessonIds.filter((one) => one !== id)
    if (index !== at) return { ...it, lessonIds }
    const place = before ? lessonIds.indexOf(before) : -1
    lessonIds.splice(place < 0 ? lessonIds.length : place, 0, id)
    return { ...it, lessonIds }
  })
}
