import type { Letter } from '#contract/letters'
import { readBegunLetter } from '#contract/letter-writing'
import { computed, type Ref, watch } from 'vue'
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router'
import { useAsk } from '../../api/queries'

/**
 * A new letter has a number in its address. Opened again, by a reload, the way back or a second tab, the page goes on with what was saved
 * under it; once saved, the draft's own address takes its place.
 */
export function useBegunLetter(letterId: () => string | undefined) {
  const route = useRoute()
  const router = useRouter()
  const { begun } = route.query
  const known = typeof begun === 'string' && begun !== '' ? begun : null
  const requestId = known ?? `letter-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`
  const found = useAsk(readBegunLetter, () => (known && !letterId() ? { requestId } : null), { staleTime: 0 })
  const isSearching = computed(
    () => known !== null && !letterId() && (found.isFetching.value || Boolean(found.data.value?.letterId)),
  )
  let isLeaving = false
  onBeforeRouteLeave(() => void (isLeaving = true))

  const { unitId } = route.query
  const stay = (id: string) =>
    router.replace({ name: 'letter-edit', params: { letterId: id }, query: { unitId } })
  watch([found.isFetching, found.data], ([isAsking, it]) => {
    if (!isAsking && it?.letterId && !letterId()) void stay(it.letterId)
  })

  return {
    requestId,
    found,
    isSearching,
    /** Somebody has begun to write. */
    begin: () =>
      known || letterId() ? undefined : router.replace({ query: { ...route.query, begun: requestId } }),
    /** From now on the address is the draft's; whoever is on the way out is not called back. */
    follow: (saved: Ref<Letter | null>) =>
      watch(saved, (it) => {
        if (it && !letterId() && !isLeaving) void stay(it.id)
      }),
    /** Whoever goes on to another page from here needs no address any more. */
    leave: () => (isLeaving = true),
  }
}
