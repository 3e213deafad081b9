import { ref } from 'vue'

const KEY = 'nav-folded'

/** Which sections of the navigation somebody has folded; this browser remembers it. */
export function useFolded() {
  const folded = ref(new Set(localStorage.getItem(KEY)?.split(',').filter(Boolean)))

  /** Follows what the section shows now, whether it was pressed or opened by itself for its page. */
  function fold(title: string, { target }: Event) {
    if (!title || !(target instanceof HTMLDetailsElement)) return
    const next = new Set(folded.value)
    if (target.open) next.delete(title)
    else next.add(title)
    folded.value = next
    localStorage.setItem(KEY, [...next].join(','))
  }

  return { isFolded: (title: string) => folded.value.has(title), fold }
}
