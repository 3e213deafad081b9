import { computed, onScopeDispose, ref } from 'vue'

const KEY = 'nav'

/** The navigation as a full column or a rail: a rail on tablets unless the person has said otherwise. */
export function useNavWidth() {
  const tablet = window.matchMedia('(max-width: 1199px)')
  const isTablet = ref(tablet.matches)
  const follow = () => {
    isTablet.value = tablet.matches
  }
  tablet.addEventListener('change', follow)
  onScopeDispose(() => tablet.removeEventListener('change', follow))

  const said = ref(localStorage.getItem(KEY))
  const isNarrow = computed(() => (said.value ? said.value === 'narrow' : isTablet.value))

  function toggle() {
    said.value = isNarrow.value ? 'wide' : 'narrow'
    localStorage.setItem(KEY, said.value)
  }

  return { isNarrow, toggle }
}
