import { listStudents } from '#contract/org'
import { computed, ref, watch } from 'vue'
import { explain } from '../../api/call'
import { useAsk } from '../../api/queries'
import { useUnit } from '../../composables/useUnit'
import { inside } from '../roster/class-name'

/** Finds children below a unit by what is typed; whoever was found stays told apart from a namesake by class and number. */
export function useChildSearch(unitId: () => string) {
  const { unit } = useUnit()
  const search = ref('')
  const sought = computed(() => search.value.trim())
  const query = useAsk(
    listStudents,
    () => (sought.value ? { unitId: unitId(), search: sought.value } : null),
    { keepLast: true },
  )
  const found = computed(() => (sought.value ? (query.data.value?.students ?? []) : []))
  const places = ref(new Map<string, string>())
  watch(found, (now) => {
    for (const it of now) places.value.set(it.id, `${inside(it.className, unit.value)} ${it.number}`)
  })

  return {
    search,
    found,
    isFetching: query.isFetching,
    /** 七年级3班 20260001 */
    placeOf: (studentId: string) => places.value.get(studentId) ?? '',
    /** What a list without a child says. */
    none: computed(() => {
      if (query.error.value) return explain(query.error.value)
      return sought.value ? '没有找到，可以只写姓' : '写姓名、拼音或学号来找'
    }),
    /** The rest is not shown: whoever finds so many types another letter. */
    more: computed(() =>
      found.value.length > 0 && query.data.value?.next
        ? `只列出前${found.value.length}个，多写一个字，或写学号`
        : '',
    ),
  }
}
