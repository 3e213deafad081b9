import { type ChildGroup, listStudents } from '../../../contract'
import { call } from '../../../services/api'

export interface ShownGroup {
  groupId: string
  name: string
  isOn: boolean
}
export interface ShownChild {
  studentId: string
  name: string
  isOn: boolean
}

/** More are named on the console. */
const MOST = 100
/** So many names are said; of more the first few and how many they are. */
const SAID = 4

export const shownGroup = ({ id, name }: ChildGroup): ShownGroup => ({ groupId: id, name, isOn: false })

/** The children of a class, or the first hundred of a larger unit. */
export async function childrenOf(unitId: string): Promise<ShownChild[]> {
  const children: ShownChild[] = []
  let after: string | undefined
  do {
    const { students, next } = await call(listStudents, { unitId, ...(after && { after }) })
    children.push(...students.map((it) => ({ studentId: it.id, name: it.name, isOn: false })))
    after = next ?? undefined
  } while (after && children.length < MOST)
  return children.slice(0, MOST)
}

/** Who is chosen of groups and children, and how one says it: 校车一号线、张三; nobody chosen is the whole unit. */
export function chosen(
  unitName: string,
  groups: readonly ShownGroup[],
  children: readonly ShownChild[] | null,
) {
  const on = groups.filter((it) => it.isOn)
  const named = (children ?? []).filter((it) => it.isOn)
  const names = named.slice(0, SAID).map((it) => it.name)
  const families = named.length > SAID ? [`${names.join('、')}等${named.length}家`] : names
  const said = [...on.map((it) => it.name), ...families]
  return {
    groupIds: on.map((it) => it.groupId),
    studentIds: named.map((it) => it.studentId),
    toWhom: said.length > 0 || children ? said.join('、') : unitName,
    problem: '',
  }
}
