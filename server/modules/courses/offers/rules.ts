import { idsOf } from '../../org/tree/rules.ts'

/** Where a person stands in the tree: every unit above their children, or above their posts. */
export interface Places {
  unitIds: readonly string[]
  cityIds: readonly string[]
}

/** The places of some paths, each once. */
export function placesOf(paths: readonly string[]): Places {
  const chains = paths.map(idsOf)
  return {
    unitIds: [...new Set(chains.flat())],
    cityIds: [...new Set(chains.flatMap((it) => it.slice(0, 1)))],
  }
}

interface Offered {
  code: string
  unitId?: { toString: () => string } | null
}

/**
 * Whether a programme is offered at some places: that of a unit to everybody below it, that of the installation to
 * everybody, unless every city of the person has switched it off.
 */
export function isOffered(
  { code, unitId }: Offered,
  { unitIds, cityIds }: Places,
  switchedOff: ReadonlyMap<string, readonly string[]>,
) {
  if (unitId) return unitIds.includes(unitId.toString())
  return cityIds.length === 0 || cityIds.some((it) => !switchedOff.get(it)?.includes(code))
}

/** The latest version of each programme, the versions in any order. */
export function latestOf<T extends { code: string; version: number }>(versions: readonly T[]): T[] {
  const latest = new Map<string, T>()
  for (const it of versions) {
    if ((latest.get(it.code)?.version ?? -1) < it.version) latest.set(it.code, it)
  }
  return [...latest.values()]
}
