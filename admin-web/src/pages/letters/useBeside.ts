import { onBeforeUnmount, type Ref, ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import type { Beside, Draft } from './draft'

/** What was on the page before other words took its place; to be taken up again, and then those lie beside it. */
export function useBeside(draft: Ref<Draft | null>) {
  const beside = ref<Beside | null>(null)
  const copyOf = (it: Draft): Draft => JSON.parse(JSON.stringify(it)) as Draft

  function lay(whose: Beside['whose']) {
    if (draft.value) beside.value = { whose, draft: copyOf(draft.value) }
  }

  function swap() {
    const other = beside.value
    if (!other) return
    lay(other.whose === 'mine' ? 'theirs' : 'mine')
    draft.value = copyOf(other.draft)
  }

  const isMine = () => beside.value?.whose === 'mine'
  const warn = (event: BeforeUnloadEvent) => isMine() && event.preventDefault()
  window.addEventListener('beforeunload', warn)
  onBeforeUnmount(() => window.removeEventListener('beforeunload', warn))
  onBeforeRouteLeave(
    () => !isMine() || window.confirm('旁边还有您没有存上的文字，离开就没有了，确定离开吗？'),
  )

  return { beside, lay, swap, drop: () => void (beside.value = null) }
}
