import type { UnitKind } from '#contract/org'
import { type PostKind, postKind } from '#contract/posts'

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
  /** Putting a course before families and teachers; a lecturer writes and does not publish. */
  | 'publishCourses'
  | 'revokeCertificates'
  /** Meetings at which families check in, and pictures that prove they were there. */
  | 'decideEvidence'
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
  /** Six digits at every sign-in to the console, from a unit downward. */
  | 'keepSignIn'
  /** Charter, lecturers and the year's activities of a parent school; live classes. */
  | 'runParentSchool'
  /** Awareness surveys: set up, opened, closed. */
  | 'runSurveys'
  /** What was written on phones and waits for a person's eye before others see it. */
  | 'reviewContents'

/** Whoever runs a school: the principal, who answers for it, and the administrator of its parent school. */
const SCHOOL: PostKind[] = ['principal', 'school_admin']
const ADMINS: PostKind[] = ['city_admin', 'district_admin', ...SCHOOL]
const NEAR: PostKind[] = ['district_admin', ...SCHOOL, 'grade_head', 'class_teacher']

const MAY: Record<Action, readonly PostKind[]> = {
  // Everybody but the auditor, who reads the log and nothing of what it speaks of.
  look: [
    ...ADMINS,
    'grade_head',
    'class_teacher',
    'teacher',
    'mentor',
    'counsellor',
    'lecturer',
    'inspector',
  ],
  seeFigures: [...ADMINS, 'grade_head', 'class_teacher', 'inspector'],
  // A city sees figures; names belong to those who know the families, and to the district that keeps the roster.
  seeFamilies: NEAR,
  importRoster: ADMINS,
  decideJoins: [...SCHOOL, 'grade_head', 'class_teacher'],
  writeLetters: [...ADMINS, 'grade_head', 'class_teacher'],
  offerCalls: [...SCHOOL, 'grade_head', 'class_teacher', 'teacher', 'mentor'],
  editCourses: [...ADMINS, 'lecturer'],
  publishCourses: ADMINS,
  revokeCertificates: ADMINS,
  decideEvidence: [...SCHOOL, 'grade_head', 'class_teacher'],
  appoint: ADMINS,
  keepFamilies: ['district_admin', ...SCHOOL, 'class_teacher'],
  transfer: ['district_admin', ...SCHOOL],
  keepTree: ADMINS,
  // In a school it is the principal who answers for it (条例 36), not who makes the list.
  approveExports: ['city_admin', 'district_admin', 'principal'],
  seeAudit: [...ADMINS, 'auditor'],
  keepSignIn: ADMINS,
  runParentSchool: ADMINS,
  runSurveys: ADMINS,
  reviewContents: ADMINS,
}

export const may = (post: PostKind, action: Action) => MAY[action].includes(post)

/** Every post that may do something. */
export const postsThatMay = (action: Action): readonly PostKind[] => MAY[action]

/** What a post may do at all, for tables and tests. */
export const actionsOf = (post: PostKind) =>
  (Object.keys(MAY) as Action[]).filter((action) => may(post, action))

/**
 * From the top: a post is given and ended by somebody who stands above it, never by an equal. An inspector and an auditor look at
 * schools from outside, so no school gives or ends their posts.
 */
const RANK: Record<PostKind, number> = {
  city_admin: 0,
  district_admin: 1,
  inspector: 2,
  auditor: 2,
  principal: 3,
  school_admin: 4,
  grade_head: 5,
  class_teacher: 6,
  teacher: 7,
  mentor: 7,
  counsellor: 7,
  lecturer: 7,
}
const OVERSIGHT: readonly UnitKind[] = ['city', 'district', 'school']
const HELD_AT: Record<PostKind, readonly UnitKind[]> = {
  city_admin: ['city'],
  district_admin: ['district'],
  principal: ['school'],
  school_admin: ['school'],
  grade_head: ['grade'],
  class_teacher: ['class'],
  teacher: ['school', 'grade', 'class'],
  mentor: ['school', 'grade', 'class'],
  counsellor: ['district', 'school'],
  lecturer: OVERSIGHT,
  inspector: OVERSIGHT,
  auditor: OVERSIGHT,
}

/** Whether the holder of one post stands above another post. */
export const standsAbove = (by: PostKind, post: PostKind) => may(by, 'appoint') && RANK[by] < RANK[post]

/** Whether one post stands as high as another, or higher. */
export const ranksAtLeast = (by: PostKind, other: PostKind) => RANK[by] <= RANK[other]

/** The highest of some posts. */
export const widest = (posts: readonly PostKind[]) => posts.toSorted((a, b) => RANK[a] - RANK[b])[0]

/** Why a post cannot be given here by the holder of another, or null. */
export function objectionTo(post: PostKind, at: UnitKind, by: PostKind): string | null {
  if (!HELD_AT[post].includes(at)) return '这个单位没有这种岗位'
  return standsAbove(by, post) ? null : '只能安排比自己低的岗位'
}

/** An inspector is sent for a time: the post has to name its end, a year off at most. */
const MOST_DAYS: Partial<Record<PostKind, number>> = { inspector: 366 }

/** Within how many days a post has to end; null where it may stay open. */
export const endsWithinDays = (post: PostKind): number | null => MOST_DAYS[post] ?? null

/** Posts whose work is done on the console alone. */
export const needsConsole = (post: PostKind) =>
  ADMINS.includes(post) || post === 'auditor' || post === 'inspector'

/** Every post that may be given at a kind of unit by the holders of some posts, the widest first. */
export const postsToGive = (at: UnitKind, by: readonly PostKind[]) =>
  postKind.options.filter((post) => by.some((it) => objectionTo(post, at, it) === null))
