import type { Endpoint } from '#contract/endpoint'
import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { ElMessage } from 'element-plus'
import { computed } from 'vue'
import type * as z from 'zod/mini'
import { call, explain, Problem } from './call'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server refused stays refused; what got lost on the way is asked for once more.
      retry: (failures, error) => failures < 1 && error instanceof Problem && error.status >= 502,
      // The browser's own idea of being offline is wrong behind school proxies; let the request tell.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

/**
 * One question to the server, cached under what was asked and called off when the page is left.
 * `input` is read again whenever something in it changes; null means there is nothing to ask yet.
 */
export function useAsk<E extends Endpoint>(
  endpoint: E,
  input: () => z.input<E['input']> | null,
  options: {
    staleTime?: number
    /** Asks again after so many ms; told from the last answer for what is under way and ends. */
    refetchInterval?: number | false | ((last: z.output<E['reply']> | undefined) => number | false)
    keepLast?: boolean
  } = {},
) {
  const { refetchInterval: again } = options
  const said = computed(input)
  return useQuery({
    queryKey: computed((): unknown[] => [endpoint.path, said.value]),
    // Runs only while `enabled`, that is while there is something to ask.
    queryFn: ({ signal }) => call(endpoint, said.value as z.input<E['input']>, { signal }),
    enabled: computed(() => said.value !== null),
    ...(options.staleTime !== undefined && { staleTime: options.staleTime }),
    ...(again !== undefined && {
      refetchInterval: (query: { state: { data: z.output<E['reply']> | undefined } }) =>
        typeof again === 'function' ? again(query.state.data) : again,
    }),
    // While the next page or filter is on its way, what was there stays on the screen.
    ...(options.keepLast && { placeholderData: keepPreviousData }),
  })
}

/**
 * One order to the server, given by a button. Says what went wrong, says `done` when it went well, and asks
 * again for every question in `refresh`.
 */
export function useOrder<E extends Endpoint>(
  endpoint: E,
  options: { done?: string; refresh?: Pick<Endpoint, 'path'>[] } = {},
) {
  const queries = useQueryClient()
  const { mutateAsync, isPending } = useMutation({
    mutationFn: (input: z.input<E['input']>) => call(endpoint, input),
    onSuccess: async () => {
      if (options.done) ElMessage.success(options.done)
      await Promise.all(
        (options.refresh ?? []).map(({ path }) => queries.invalidateQueries({ queryKey: [path] })),
      )
    },
    onError: (error) => ElMessage.error(explain(error)),
  })

  /** Resolves to the reply, or to null when it failed and the person has been told. */
  async function give(input: z.input<E['input']>): Promise<z.output<E['reply']> | null> {
    // A second tap while the first is on its way is the same order.
    if (isPending.value) return null
    return mutateAsync(input).catch(() => null)
  }

  return { give, isPending }
}
