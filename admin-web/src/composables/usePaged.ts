import type { Endpoint } from '#contract/endpoint'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, reactive } from 'vue'
import type * as z from 'zod/mini'
import { call } from '../api/call'

/**
 * A list that comes a page at a time, by the contract's habit: the input takes `after`, the reply says `next`.
 * Starts over when the input changes; a late answer to an earlier input is dropped.
 *
 *     const staff = usePaged(listStaff, () => ({ unitId: unitId.value }), (reply) => reply.staff)
 */
export function usePaged<E extends Endpoint, T>(
  endpoint: E,
  input: () => z.input<E['input']> | null,
  rowsOf: (reply: z.output<E['reply']>) => T[],
  /** While another search is on its way, what was there stays on the screen, and what is ticked stays ticked. */
  options: { keepLast?: boolean } = {},
) {
  const said = computed(input)
  const query = useInfiniteQuery({
    queryKey: computed((): unknown[] => [endpoint.path, said.value, 'pages']),
    queryFn: ({ signal, pageParam }) =>
      call(endpoint, { ...said.value, ...(pageParam && { after: pageParam }) } as z.input<E['input']>, {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last as { next: string | null }).next,
    enabled: computed(() => said.value !== null),
    ...(options.keepLast && { placeholderData: keepPreviousData }),
  })

  const pages = computed(() => query.data.value?.pages ?? [])
  const rows = computed(() => pages.value.flatMap(rowsOf))
  return {
    /** For `<AsyncState :query>`. */
    query,
    rows,
    /** The first page's reply: it carries what is said once for the whole list, such as a total. */
    first: computed(() => pages.value[0] ?? null),
    /** For `<MoreButton :pager>`. */
    pager: reactive({
      shown: computed(() => rows.value.length),
      hasMore: query.hasNextPage,
      isLoading: query.isFetchingNextPage,
      /** The next page was asked for and did not come. */
      isFailed: query.isFetchNextPageError,
      more: () => query.fetchNextPage(),
    }),
  }
}

export type Pager = ReturnType<typeof usePaged>['pager']
