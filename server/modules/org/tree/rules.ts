import { randomInt } from 'node:crypto'
import type { UnitKind } from '#contract/org'

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

const ID = 24

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

const GRADES = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']
/** 七年级, 高一 */
export const gradeName = (grade: number) =>
  grade <= 9 ? `${GRADES[grade] ?? grade}年级` : `高${GRADES[grade - 9] ?? grade}`
