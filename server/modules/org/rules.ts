import type { PostKind } from '#contract/org'

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
}

export const may = (post: PostKind, action: Action) => MAY[action].includes(post)
