import { type ProgrammeDraft, readProgrammeDraft, saveProgrammeDraft } from '#contract/drafts'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { call, explain, Problem } from '../../api/call'
import { useAsk } from '../../api/queries'

/** So long after the last stroke a draft is saved by itself. */
const PAUSE_MS = 700

/** What an author may change of a programme. */
export const contentOf = (it: ProgrammeDraft) => ({
  title: it.title,
  audience: it.audience,
  stage: it.stage,
  forGrades: [...it.forGrades],
  isForClassTeachers: it.isForClassTeachers,
  isOptional: it.isOptional,
  summary: it.summary,
  hours: it.hours,
  hoursNote: it.hoursNote,
  modules: it.modules.map((one) => ({ ...one, lessonIds: [...one.lessonIds] })),
  exam: it.exam && { ...it.exam },
  certificate: it.certificate && { ...it.certificate },
})
export type Content = ReturnType<typeof contentOf>

/** A programme under the pen: saved by itself, over the revision that was read and over no other. */
export function useProgrammeDraft(programmeDraftId: () => string) {
  const query = useAsk(readProgrammeDraft, () => ({ programmeDraftId: programmeDraftId() }), { staleTime: 0 })
  const draft = ref<ProgrammeDraft | null>(null)
  const content = ref<Content | null>(null)
  const state = ref<'saved' | 'waiting' | 'saving' | 'failed' | 'stale'>('saved')
  const problem = ref('')
  let kept = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let under: Promise<boolean> | null = null

  watch(
    () => query.data.value,
    (it) => {
      if (it && state.value === 'saved') take(it)
    },
    { immediate: true },
  )
  watch(
    content,
    () => {
      if (!content.value || state.value === 'stale' || JSON.stringify(content.value) === kept) return
      state.value = 'waiting'
      clearTimeout(timer)
      timer = setTimeout(() => void save(), PAUSE_MS)
    },
    { deep: true },
  )
  onScopeDispose(() => {
    if (state.value === 'waiting') void save()
    clearTimeout(timer)
  })

  /** Shows what the server holds now. */
  function take(it: ProgrammeDraft) {
    draft.value = it
    content.value = contentOf(it)
    kept = JSON.stringify(content.value)
    state.value = 'saved'
    problem.value = ''
  }

  /** Saves what is on the screen; resolves to whether the server holds it. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    if (under) await under
    if (!content.value || !draft.value || state.value === 'stale') return false
    const said = JSON.stringify(content.value)
    if (said === kept) return true
    under = send(said).finally(() => (under = null))
    return under
  }

  async function send(said: string) {
    state.value = 'saving'
    try {
      const input = JSON.parse(said) as Content
      const saved = await call(saveProgrammeDraft, {
        programmeDraftId: programmeDraftId(),
        revision: draft.value?.revision ?? 0,
        ...input,
      })
      kept = said
      draft.value = saved
      // Something was typed meanwhile: it is saved next.
      state.value = JSON.stringify(content.value) === said ? 'saved' : 'waiting'
      if (state.value === 'waiting') timer = setTimeout(() => void save(), PAUSE_MS)
      return true
    } catch (error) {
      state.value = error instanceof Problem && error.code === 'conflict' ? 'stale' : 'failed'
      problem.value = explain(error)
      return false
    }
  }

  /** Reads anew, letting go of what was not saved. */
  async function refresh() {
    state.value = 'saved'
    const { data } = await query.refetch()
    if (data) take(data)
  }

  const words = computed(
    () =>
      ({
        saved: '已保存',
        waiting: '正在保存…',
        saving: '正在保存…',
        failed: problem.value || '没有保存成功',
        stale: problem.value,
      })[state.value],
  )
  return { query, draft, content, state, words, save, take, refresh }
}
