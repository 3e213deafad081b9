import { onScopeDispose, ref, watch } from 'vue'

/** How long typing has to pause before it is looked for. */
const PAUSE_MS = 300

/** A search field: `typed` is what stands in it, `search` what is looked for once typing pauses. */
export function useSearch() {
  const typed = ref('')
  const search = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, (text) => {
    clearTimeout(timer)
    timer = setTimeout(() => (search.value = text.trim()), text ? PAUSE_MS : 0)
  })
  onScopeDispose(() => clearTimeout(timer))
  return { typed, search }
}
