import { createLetter, type Letter, listLetters, readLetter, updateLetter } from '#contract/letters'
import { useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, type Ref, ref, shallowRef, watch } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import type * as z from 'zod/mini'
import { call, explain, Problem } from '../../api/call'
import { timeOf } from '../../format/date'
import type { Draft } from './draft'
import { formGap } from './form-editing'

const QUIET_MS = 1_500
const AGAIN_MS = 5_000

/**
 * A letter that saves itself a moment after the last key, over the revision that was read. What is refused is said and not tried again until
 * something changes; a lost line is tried again by itself; somebody else's newer version stops it. A template that was only looked at makes no
 * draft.
 */
export function useLetterSaving(
  draft: Ref<Draft | null>,
  writingUnit: Ref<string>,
  /** The node of the calendar it is written for. */
  nodeOf: () => z.input<(typeof createLetter)['input']>['node'],
  /** One for each letter begun here: saved twice on a bad network it is still one draft. */
  requestId: string,
) {
  const state = ref<'new' | 'saved' | 'dirty' | 'saving' | 'refused' | 'offline' | 'stale'>('new')
  const problem = ref('')
  const savedAt = ref('')
  const saved = shallowRef<Letter | null>(null)
  const queries = useQueryClient()
  let revision = 0
  let last = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let under: Promise<string | null> | null = null

  /** What the page begins with: it stands as it is until somebody changes it. */
  function begin(next: Draft, letter?: Letter) {
    last = JSON.stringify(next)
    saved.value = letter ?? null
    revision = letter?.revision ?? 0
    state.value = letter ? 'saved' : 'new'
    return next
  }

  watch(
    draft,
    (now) => {
      if (!now || state.value === 'stale') return
      if (JSON.stringify(now) === last) return asItWas()
      state.value = 'dirty'
      later(QUIET_MS)
    },
    { deep: true },
  )

  /** What was typed has been taken back: there is nothing to save. What is on its way says by itself that it arrived. */
  function asItWas() {
    if (under) return
    clearTimeout(timer)
    state.value = saved.value ? 'saved' : 'new'
  }

  function later(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), ms)
  }

  /** Saves what stands there now, if it is not saved; gives the letter, or null when it could not be. */
  async function save(): Promise<string | null> {
    clearTimeout(timer)
    // Two may wait here, a click and the clock: the second finds the first one's on its way.
    while (under) await under
    if (!draft.value || state.value === 'stale') return null
    const written = JSON.stringify(draft.value)
    if (saved.value && written === last) {
      asItWas()
      return saved.value.id
    }
    under = write(written).finally(() => (under = null))
    return under
  }

  async function write(written: string): Promise<string | null> {
    // The draft goes on under the keys while its words are on their way; what comes back is held against what was sent.
    const now = JSON.parse(written) as Draft
    state.value = 'saving'
    try {
      const letter = await send(now)
      const isElsewhere = !saved.value && !isAsSent(letter, now)
      last = written
      revision = letter.revision ?? 0
      saved.value = letter
      if (isElsewhere) {
        problem.value = BEGUN_ELSEWHERE
        state.value = 'stale'
        return null
      }
      savedAt.value = timeOf(new Date())
      const gap = now.form && formGap(now.form)
      state.value = gap ? 'refused' : 'saved'
      // The rest is safe; a form is kept once it can be asked.
      if (gap) [problem.value, last] = [`其余的已保存。${gap}`, '']
      // Opened again, it is what was saved, not what was read before.
      queries.setQueryData([readLetter.path, { letterId: letter.id }], letter)
      void queries.invalidateQueries({ queryKey: [listLetters.path] })
      // What was written meanwhile is saved next.
      if (draft.value && JSON.stringify(draft.value) !== written) {
        state.value = 'dirty'
        later(QUIET_MS)
      }
      return letter.id
    } catch (error) {
      problem.value = explain(error)
      state.value = stateAfter(error)
      if (state.value === 'offline') later(AGAIN_MS)
      return null
    }
  }

  function send(now: Draft): Promise<Letter> {
    const { kind, template, isForOneFamily: _, students, excluded, form, ...rest } = now
    const words = form && formGap(form) ? rest : { ...rest, form }
    const ids = (named: typeof students) => named.map((it) => it.studentId)
    const said = { ...words, studentIds: ids(students), excludedIds: ids(excluded) }
    if (saved.value) return call(updateLetter, { letterId: saved.value.id, revision, ...said })
    const begun = template ? { template } : {}
    const node = nodeOf()
    const on = node ? { node } : {}
    return call(createLetter, { unitId: writingUnit.value, requestId, kind, ...begun, ...on, ...said })
  }

  const words = computed(() => {
    if (state.value === 'new') return '写了会自动保存成草稿'
    if (state.value === 'saved') return savedAt.value ? `${savedAt.value}已存为草稿` : '改动会自动保存'
    if (state.value === 'dirty' || state.value === 'saving') return '正在保存…'
    return state.value === 'offline' ? `还没有存上：${problem.value}` : problem.value
  })
  const isStuck = computed(() => ['refused', 'offline', 'stale'].includes(state.value))
  const isUnsaved = () => !['new', 'saved'].includes(state.value)

  const warn = (event: BeforeUnloadEvent) => isUnsaved() && event.preventDefault()
  // A phone call, another tab: what was typed is safe before somebody closes the window.
  const hide = () => document.visibilityState === 'hidden' && isUnsaved() && void save()
  window.addEventListener('beforeunload', warn)
  document.addEventListener('visibilitychange', hide)
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', warn)
    document.removeEventListener('visibilitychange', hide)
    clearTimeout(timer)
  })
  onBeforeRouteLeave(async (to) => {
    // The new letter gets an address of its own: the page stays.
    if (to.name === 'letter-edit' && to.params.letterId === saved.value?.id) return true

    if (isUnsaved()) await save()
    return !isUnsaved() || window.confirm('最后的改动没有存上，确定离开吗？')
  })

  return {
    state,
    words,
    isStuck,
    saved,
    begin,
    save,
    /** Files go beside the words and count no revision. */
    keepFiles: (letter: Letter) => (saved.value = letter),
    readAnew: async () => (saved.value ? call(readLetter, { letterId: saved.value.id }) : null),
  }
}

const BEGUN_ELSEWHERE = '这封信在另一个窗口里已经写了一些，请看过那边的再改'

/** A letter that was begun under the same number in another window holds other words than these. */
const isAsSent = (letter: Letter, { title, body }: Draft) =>
  letter.title.trim() === title.trim() && letter.body.trim() === body.trim()

function stateAfter(error: unknown) {
  const status = error instanceof Problem ? error.status : 0
  if (status === 409) return 'stale'
  const isLine = status >= 500 || (status === 0 && error instanceof Problem && error.code !== 'invalid')
  return isLine ? 'offline' : 'refused'
}
