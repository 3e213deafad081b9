import type { StaffAudience } from '#contract/audiences'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { audienceWithin, familiesWithin } from '../../org/audiences/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { isKeeper } from '../policy.ts'
import { ONE_FAMILY } from '../rules.ts'
import { keysOfPosts } from '../staff/rules.ts'

export interface Addresses {
  audience: string[]
  studentIds?: string[] | undefined
  excludedIds?: string[] | undefined
  isForOneFamily: boolean
  staff?: StaffAudience | null | undefined
}

/** Whom a letter is addressed to: units, single families beside them, and families left out. All must lie in the scope. */
export async function addressees(scope: UnitScope<'writeLetters'>, said: Addresses, author: StaffActor) {
  const { audience: unitIds, studentIds = [], excludedIds = [], isForOneFamily } = said
  if (said.staff) return toStaff(scope, { ...said, staff: said.staff })
  if (isForOneFamily && (unitIds.length > 0 || new Set(studentIds).size > 1))
    throw new Refusal('invalid', ONE_FAMILY)
  const isPrivate = isForOneFamily || (unitIds.length === 0 && studentIds.length > 0)
  if (isPrivate && !isKeeper(author, scope.unitId)) {
    throw new Refusal('forbidden', '写给单个家庭的信，要由了解这些家庭的本单位老师来写')
  }
  if (unitIds.length === 0 && studentIds.length === 0 && !isForOneFamily) {
    throw new Refusal('invalid', '请选择收信的范围')
  }
  const [units, named, excluded] = await Promise.all([
    unitIds.length > 0 ? audienceWithin(scope, unitIds) : [],
    familiesWithin(scope, studentIds),
    familiesWithin(scope, excludedIds),
  ])
  return {
    audience: [
      ...units.map((it) => ({ unitId: it._id, path: it.path, name: it.fullName })),
      ...named.map((it) => ({
        unitId: it._id,
        path: `${it.path}${String(it._id)}/`,
        name: it.name,
        isStudent: true,
      })),
    ],
    excluded: excluded.map((it) => ({ studentId: it._id, name: it.name })),
    isPrivate,
    staff: null,
  }
}

/** To the holders of posts and to no family beside them: one letter has one kind of reader. */
async function toStaff(scope: UnitScope<'writeLetters'>, said: Addresses & { staff: StaffAudience }) {
  const { audience, studentIds = [], excludedIds = [], isForOneFamily, staff } = said
  if (isForOneFamily) throw new Refusal('invalid', ONE_FAMILY)
  if (audience.length + studentIds.length + excludedIds.length > 0) {
    throw new Refusal('invalid', '一封信要么写给家长，要么写给老师，请分成两封')
  }
  const units = (await audienceWithin(scope, staff.unitIds)).map((it) => ({
    unitId: it._id,
    path: it.path,
    name: it.fullName,
  }))
  const posts = [...new Set(staff.posts)]
  return {
    audience: [],
    excluded: [],
    isPrivate: false,
    staff: { posts, units, keys: keysOfPosts(units, posts) },
  }
}
