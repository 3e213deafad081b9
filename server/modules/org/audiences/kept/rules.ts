import type { Sum } from './model.ts'

/** The families of some classes by grade and campus, as those of one place. */
export function sumsOf(path: string, classes: readonly Sum[]): Sum[] {
  const byPart = Map.groupBy(classes, ({ grade, campus }) => `${String(grade)}:${campus}`)
  return [...byPart.values()].map((some) =>
    some.reduce(
      (sum, { grade, campus, families, joined }) => ({
        ...{ path, grade, campus },
        families: sum.families + families,
        joined: sum.joined + joined,
      }),
      { path, grade: null as number | null, campus: '', families: 0, joined: 0 },
    ),
  )
}
