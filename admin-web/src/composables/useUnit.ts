import type { Unit } from '#contract/org'
import { readUnit } from '#contract/org'
import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useAsk } from '../api/queries'

/** The unit the console looks at: it stands in the address, so a link shows everybody the same. */
export function useUnit() {
  const route = useRoute()
  const router = useRouter()

  // The last one stays while a page without a unit takes over: what is fading out must not ask for nothing.
  const unitId = shallowRef('')
  watch(
    () => route.query.unitId,
    (said) => {
      if (typeof said === 'string') unitId.value = said
    },
    { immediate: true },
  )

  const query = useAsk(readUnit, () => (unitId.value ? { unitId: unitId.value } : null), {
    staleTime: 5 * 60_000,
    keepLast: true,
  })
  const unit = computed<Unit | null>(() => query.data.value?.unit ?? null)
  const ancestors = computed<Unit[]>(() => query.data.value?.ancestors ?? [])
  const children = computed<Unit[]>(() => query.data.value?.children ?? [])

  /** Looks at another unit, on the same page; what else the address says (a filter, a tab) is let go. */
  const choose = (id: string) => router.push({ path: route.path, query: { unitId: id } })

  return { unitId, unit, ancestors, children, query, choose }
}
