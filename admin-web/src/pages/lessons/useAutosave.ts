import { type LessonDraft, saveLessonDraft } from '#contract/drafts'
import { computed, onBeforeUnmount, ref, type Ref, watch } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { call, explain, Problem } from '../../api/call'
import { timeOf } from '../../format/date'
import { type Content, savable } from './draft'

const QUIET_MS = 1_200
const AGAIN_MS = 5_000

/**
 * Saves what stands in the editor a moment after the last key, over the revision that was read. What is refused is said
 * and not tried again until something changes; a lost line is tried again by itself; somebody else's newer version stops it.
 */
export function useAutosave(
  lessonDraftId: string,
  content: Ref<Content | null>,
  revision: Ref<number>,
  onSaved: (it: LessonDraft) => void,
) {
  const state = ref<'saved' | 'dirty' | 'saving' | 'refused' | 'offline' | 'stale'>('saved')
  const problem = ref('')
  const savedAt = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''

  watch(
    content,
    (now) => {
      if (!now) return
      const said = JSON.stringify(savable(now))
      if (last === '') last = said
      if (state.value === 'stale') return
      if (said === last) return asItWas()
      state.value = 'dirty'
      later(QUIET_MS)
    },
    { deep: true },
  )

  /** What was typed has been taken back: there is nothing to save. What is on its way says by itself that it arrived. */
  function asItWas() {
    if (state.value === 'saving') return
    clearTimeout(timer)
    state.value = 'saved'
  }

  function later(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), ms)
  }

  async function save(): Promise<void> {
    if (!content.value || state.value === 'saving' || state.value === 'stale') return
    clearTimeout(timer)
    const said = savable(content.value)
    const written = JSON.stringify(said)
    if (written === last) return asItWas()
    state.value = 'saving'
    try {
      const saved = await call(saveLessonDraft, {
        ...said,
        lessonDraftId,
        revision: revision.value,
        blocks: said.blocks,
      })
      last = written
      revision.value = saved.revision
      savedAt.value = timeOf(new Date())
      state.value = 'saved'
      onSaved(saved)
      // What was written meanwhile is saved next.
      if (content.value && JSON.stringify(savable(content.value)) !== last) {
        state.value = 'dirty'
        later(QUIET_MS)
      }
    } catch (error) {
      problem.value = explain(error)
      const status = error instanceof Problem ? error.status : 0
      state.value =
        status === 409
          ? 'stale'
          : status >= 500 || (status === 0 && error instanceof Problem && error.code !== 'invalid')
            ? 'offline'
            : 'refused'
      if (state.value === 'offline') later(AGAIN_MS)
    }
  }

  const words = computed(() => {
    if (state.value === 'saved') return savedAt.value ? `${savedAt.value}已自动保存` : '改动会自动保存'
    if (state.value === 'dirty' || state.value === 'saving') return '正在保存…'
    return state.value === 'offline' ? `还没有保存上：${problem.value}` : problem.value
  })
  const isUnsaved = () => state.value !== 'saved' && state.value !== 'stale'

  const warn = (event: BeforeUnloadEvent) => isUnsaved() && event.preventDefault()
  window.addEventListener('beforeunload', warn)
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', warn)
    clearTimeout(timer)
  })
  onBeforeRouteLeave(async () => {
    if (isUnsaved()) await save()
  })

  return { state, words, save }
}
