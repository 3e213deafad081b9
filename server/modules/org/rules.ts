import type { PostKind, UnitKind } from '#contract/org'

/** What staff do with a unit; which posts may, here and nowhere else. */
export type Action =
  | 'look'
  | 'seeFigures'
  | 'seeFamilies'
  | 'importRoster'
  | 'decideJoins'
  | 'writeLetters'
  | 'offerCalls'
  | 'editCourses'
  | 'revokeCertificates'
  | 'appoint'
  /** Guardians and joins corrected by hand: relation, primary, barred, wrong matches. */
  | 'keepFamilies'
  /** A child to another class, school or district. */
  | 'transfer'
  /** The September promotion, terms and the units themselves. */
  | 'keepTree'
  /** Exports and bulk views of children's data by staff below (条例 36). */
  | 'approveExports'
  | 'seeAudit'

const ADMINS: PostKind[] = ['city_admin', 'district_admin', 'school_admin']
const NEAR: PostKind[] = ['district_admin', 'school_admin', 'grade_head', 'class_teacher']

const MAY: Record<Action, readonly PostKind[]> = {
  look: [...ADMINS, 'grade_head', 'class_teacher', 'teacher'],
  seeFigures: [...ADMINS, 'grade_head', 'class_teacher'],
  // A city sees figures; names belong to those who know the families, and to the district that keeps the roster.
  seeFamilies: NEAR,
  importRoster: ADMINS,
  decideJoins: ['school_admin', 'grade_head', 'class_teacher'],
  writeLetters: [...ADMINS, 'grade_head', 'class_teacher'],
  offerCalls: ['school_admin', 'grade_head', 'class_teacher', 'teacher'],
  editCourses: ADMINS,
  revokeCertificates: ADMINS,
  appoint: ADMINS,
  keepFamilies: ['district_admin', 'school_admin', 'class_teacher'],
  transfer: ['district_admin', 'school_admin'],
  keepTree: ADMINS,
  approveExports: ADMINS,
  seeAudit: ADMINS,
}

export const may = (post: PostKind, action: Action) => MAY[action].includes(post)

/** From the top: a post is given by somebody who stands above it, never by an equal. */
const RANK: readonly PostKind[] = [
  'city_admin',
  'district_admin',
  'school_admin',
  'grade_head',
  'class_teacher',
  'teacher',
]
const HELD_AT: Record<PostKind, readonly UnitKind[]> = {
  city_admin: ['city'],
  district_admin: ['district'],
  school_admin: ['school'],
  grade_head: ['grade'],
  class_teacher: ['class'],
  teacher: ['school', 'grade', 'class'],
}

/** Why a post cannot be given here by the holder of another, or null. */
export function objectionTo(post: PostKind, at: UnitKind, by: PostKind): string | null {
  if (!HELD_AT[post].includes(at)) return '这个单位没有这种岗位'
  return RANK.indexOf(by) < RANK.indexOf(post) ? null : '只能安排比自己低的岗位'
}
