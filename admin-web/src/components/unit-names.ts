import { type MaybeRefOrGetter, shallowRef, toValue, watch } from 'vue'
import { unitById } from './units'

/** The full names of some units, as they come in; a point of ellipsis until then. */
export function useUnitNames(unitIds: MaybeRefOrGetter<string[]>) {
  const names = shallowRef(new Map<string, string>())
  watch(
    () => [...new Set(toValue(unitIds))].filter((it) => !names.value.has(it)),
    async (missing) => {
      const found = await Promise.allSettled(missing.map(unitById))
      const known = found.flatMap((it): [string, string][] =>
        it.status === 'fulfilled' ? [[it.value.unit.id, it.value.unit.fullName]] : [],
      )
      if (known.length > 0) names.value = new Map([...names.value, ...known])
    },
    { immediate: true },
  )
  return (unitId: string) => names.value.get(unitId) ?? '…'
}
