import { randomInt } from 'node:crypto'
import type { UnitKind } from '#contract/org'
import type { SchoolType, Stage } from '#contract/tree'

/** Depth of each kind in a path: a city is 0. */
export const DEPTH: Record<UnitKind, number> = { city: 0, district: 1, school: 2, grade: 3, class: 4 }

/** The kind below each kind; a class has none and stands for itself. */
export const BELOW: Record<UnitKind, UnitKind> = {
  city: 'district',
  district: 'school',
  school: 'grade',
  grade: 'class',
  class: 'class',
}

/** 实验中学七年级2班: inside a school the school is said first, above it a unit's own name is enough. */
export const fullNameOf = (name: string, parent: { kind: UnitKind; fullName: string } | null) =>
  parent && DEPTH[parent.kind] >= DEPTH.school ? parent.fullName + name : name

const ID = 24

/** How long the path of a school is. */
export const SCHOOL_PATH = 1 + (DEPTH.school + 1) * (ID + 1)

/** Everything at or below `path`, as a range an index can walk: `0` is the character after `/`. */
export const within = (path: string) => ({ $gte: path, $lt: `${path.slice(0, -1)}0` })

/** Whether a path lies at or below a scope. */
export const isWithin = (path: string, scope: string) => path.startsWith(scope)

/** The id at a depth of a path, or null when the path is shorter. */
export function idAt(path: string, depth: number): string | null {
  const id = path.slice(1 + depth * (ID + 1), 1 + depth * (ID + 1) + ID)
  return id.length === ID ? id : null
}

/** The ids of a path, from the root. */
export const idsOf = (path: string) => path.split('/').filter(Boolean)

/** The same cut for an aggregation: the id at `depth` of the field `path`. */
export const idAtExpression = (depth: number, field = '$path') => ({
  $substrBytes: [field, 1 + depth * (ID + 1), ID],
})

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Eight characters without I, O, 0, 1, which people confuse on paper. */
export const mintJoinCode = () => Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')

const NUMERALS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']
const KINDERGARTEN = ['小班', '中班', '大班']

/**
 * Grades count on through the stages: 小班 −3, 中班 −2, 大班 −1, 一年级 1 … 九年级 9, 高一 10 … 高三 12, and 中职 beside 高中: 职一 13 … 职三 15.
 * There is no grade 0.
 */
export const gradeName = (grade: number) =>
  grade < 0
    ? (KINDERGARTEN[grade + KINDERGARTEN.length] ?? String(grade))
    : grade <= 9
      ? `${NUMERALS[grade] ?? grade}年级`
      : grade <= 12
        ? `高${NUMERALS[grade - 9] ?? grade}`
        : `职${NUMERALS[grade - 12] ?? grade}`

/** How a city divides the nine years of compulsory school: six and three, or five and four (五四学制). */
export interface Division {
  isFiveFour?: boolean | null | undefined
}

/** The grades of a stage, the first one first. */
export function gradesOf(stage: Stage, { isFiveFour }: Division = {}): number[] {
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
  if (stage === 'kindergarten') return range(-3, -1)
  if (stage === 'primary') return range(1, isFiveFour ? 5 : 6)
  if (stage === 'junior') return range(isFiveFour ? 6 : 7, 9)
  if (stage === 'senior') return range(10, 12)
  return range(13, 15)
}

/** The stages each kind of school has by itself; a 社区家长学校 has parents and no classes. */
export const STAGES_OF: Record<SchoolType, readonly Stage[]> = {
  kindergarten: ['kindergarten'],
  primary: ['primary'],
  junior: ['junior'],
  senior: ['senior'],
  vocational: ['vocational'],
  nineYear: ['primary', 'junior'],
  twelveYear: ['primary', 'junior', 'senior'],
  secondary: ['junior', 'senior'],
  community: [],
}

interface Kind {
  schoolType?: SchoolType | null | undefined
  stages?: readonly Stage[] | null | undefined
}

/** The stages of a school: what it says itself, else what its kind has; null while nobody has said. */
export const stagesOf = ({ schoolType, stages }: Kind): readonly Stage[] | null =>
  stages?.length ? stages : schoolType ? STAGES_OF[schoolType] : null

/** Every grade of a school in order. Of a school whose kind nobody has said, all there are. */
export const ladderOf = (school: Kind, city: Division = {}): number[] =>
  (stagesOf(school) ?? STAGES).flatMap((stage) => gradesOf(stage, city))

const STAGES: readonly Stage[] = ['kindergarten', 'primary', 'junior', 'senior', 'vocational']

const stageOf = (grade: number, stages: readonly Stage[], city: Division) =>
  stages.find((stage) => gradesOf(stage, city).includes(grade))

/**
 * The grade after this one in a school, or null where its children leave it. Primary school leads on to junior where one school has both;
 * a kindergarten's children enrol anew, and after 中考 an assignment list says who goes where.
 */
export function gradeAfter(grade: number, school: Kind, city: Division = {}): number | null {
  const stages = stagesOf(school) ?? STAGES
  const stage = stageOf(grade, stages, city)
  if (!stage) return null
  const grades = gradesOf(stage, city)
  const next = grades[grades.indexOf(grade) + 1]
  if (next !== undefined) return next
  const goesOn = stage === 'primary' && stagesOf(school)?.includes('junior')
  return goesOn ? (gradesOf('junior', city)[0] ?? null) : null
}

/** The year in which those entered who are in a grade in a school year: 八年级 in 2026 began its stage in 2025. */
export function entryYearOf(grade: number, schoolYear: number, city: Division = {}) {
  const stage = stageOf(grade, STAGES, city)
  return schoolYear - (stage ? gradesOf(stage, city).indexOf(grade) : 0)
}

/** 2班, or 南校区2班 where a school has several campuses. */
export const className = (number: number, campus = '') => `${campus}${number}班`

/** 2026-02, or 2026-B02 on the second campus: the year of entry stays with a class as it moves up. */
export const classCode = (entryYear: number, number: number, campus = 0) =>
  `${entryYear}-${campus > 0 ? String.fromCharCode(64 + campus) : ''}${String(number).padStart(2, '0')}`

/** A closed unit keeps its place in history and gives its code back to whoever comes next. */
export const closedCode = (code: string, id: unknown) => `${code}#${String(id)}`
export const openCode = (code: string) => code.split('#')[0] ?? code
