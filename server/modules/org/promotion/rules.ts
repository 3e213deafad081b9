import type { UnitRecord } from '../tree/model.ts'
import {
  className,
  classCode,
  type Division,
  entryYearOf,
  gradeAfter,
  gradeName,
  openCode,
} from '../tree/rules.ts'

/** Within so many days a promotion can be undone: schools notice in the first week. */
export const UNDO_DAYS = 7

export type ClassUnit = Pick<
  UnitRecord,
  '_id' | 'path' | 'name' | 'code' | 'grade' | 'campus' | 'entryYear' | 'schoolYear'
>

export interface PlannedTarget {
  name: string
  code: string
  grade: number
}

/** 2 of 南校区2班, or null where a class has a name of its own. */
const numberIn = (name: string) => {
  const [, digits] = /(\d{1,3})班$/.exec(name) ?? []
  return digits ? Number(digits) : null
}

/** The class of the new year: a grade up, the year of entry kept in its code; null where the children leave the school. */
export function nextClass(
  klass: ClassUnit,
  school: Pick<UnitRecord, 'schoolType' | 'stages' | 'campuses'>,
  city: Division,
  year: number,
): PlannedTarget | null {
  const grade = gradeAfter(klass.grade ?? 0, school, city)
  if (grade === null) return null
  const number = numberIn(klass.name)
  const code = openCode(klass.code)
  const entryYear = klass.entryYear ?? entryYearOf(klass.grade ?? 0, year - 1, city)
  const campusAt = klass.campus ? school.campuses.indexOf(klass.campus) + 1 : 0
  const keeps = /^\d{4}-/.test(code) || number === null
  return { name: klass.name, grade, code: keeps ? code : classCode(entryYear, number, campusAt) }
}

/** A code nobody has yet: 2026-02, else 2026-02x2. */
export function freeCode(code: string, taken: ReadonlySet<string>): string {
  if (!taken.has(code)) return code
  for (let at = 2; ; at++) if (!taken.has(`${code}x${at}`)) return `${code}x${at}`
}

/** The further classes of a class that is divided: the next numbers that are free in its grade. */
export function partsOf(
  first: PlannedTarget,
  { entryYear, campus }: { entryYear: number; campus: string },
  parts: number,
  taken: readonly PlannedTarget[],
): PlannedTarget[] {
  const names = new Set(taken.map((it) => it.name))
  const codes = new Set(taken.map((it) => it.code))
  const made: PlannedTarget[] = []
  for (let number = 1; made.length < parts - 1; number++) {
    const name = className(number, campus)
    if (names.has(name)) continue
    const code = freeCode(classCode(entryYear, number), codes)
    codes.add(code)
    made.push({ name, code, grade: first.grade })
  }
  return made
}

/** Students dealt to the classes of a divided one by their numbers in turn, so that each is a cross-section. */
export const dealt = <T>(students: readonly T[], parts: number): T[][] =>
  Array.from({ length: parts }, (_, part) => students.filter((_, at) => at % parts === part))

/** What decides whether two classes may be moved at the same moment. */
interface Waiting {
  schoolId: unknown
  grade: number
  outcome: string
  mergedWith?: unknown
}

/**
 * Which of the classes that wait, in their order, may be moved side by side: of each school those of its highest grade, as a class moves up
 * into a grade that was cleared; one that shares its new class with another is alone in its school.
 */
export function sideBySide<M extends Waiting>(waiting: readonly M[], most: number): M[] {
  const schools = Map.groupBy(waiting, (it) => String(it.schoolId))
  return [...schools.values()].flatMap(ofOneSchool).slice(0, most)
}

function ofOneSchool<M extends Waiting>(waiting: readonly M[]): M[] {
  const [first] = waiting
  if (!first || first.mergedWith) return waiting.slice(0, 1)
  return waiting.filter((it) => it.grade === first.grade && it.outcome === first.outcome && !it.mergedWith)
}

/** 学校在前、高年级在前: sorts as text. */
export const orderOf = (schoolPath: string, grade: number, name: string) =>
  `${schoolPath}${String(50 - grade).padStart(2, '0')}${name.padStart(12, '0')}`

export const fullName = (grade: number, name: string) => gradeName(grade) + name
