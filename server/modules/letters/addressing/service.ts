import { Types } from 'mongoose'
import type { AudienceParts, StaffAudience } from '#contract/audiences'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { type Audience, audienceWithin, childrenMeant, familiesWithin } from '../../org/audiences/service.ts'
import { addressOf, type Part } from '../../org/audiences/rules.ts'
import { groupsNamed } from '../../org/groups/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { DEPTH, idAt, isWithin } from '../../org/tree/rules.ts'
import { findUnit } from '../../org/tree/service.ts'
import type { LetterRecord } from '../model.ts'
import type { AudienceEntry as Entry } from './model.ts'
import { isKeeper } from '../policy.ts'
import { ONE_FAMILY } from '../rules.ts'
import { keysOfPosts } from '../staff/rules.ts'
import { gradesMeant } from './rules.ts'

export interface Addresses {
  audience: string[]
  studentIds?: string[] | undefined
  excludedIds?: string[] | undefined
  isForOneFamily: boolean
  parts?: AudienceParts | undefined
  staff?: StaffAudience | null | undefined
}

/** What a letter is addressed by, as it is stored. */
export type Addressed = Pick<LetterRecord, 'audience' | 'without' | 'excluded' | 'isPrivate' | 'staff'>

/**
 * Whom a letter is addressed to: units, parts of them and single families, and whom it leaves out. All must lie in the
 * scope.
 */
export async function addressees(
  scope: UnitScope<'writeLetters'>,
  said: Addresses,
  author: StaffActor,
  now: Date,
) {
  if (said.staff) return toStaff(scope, { ...said, staff: said.staff })
  const { audience: unitIds, studentIds = [], excludedIds = [], parts = {}, isForOneFamily } = said
  const [units, sundry, named, excluded, without] = await Promise.all([
    unitIds.length > 0 ? audienceWithin(scope, unitIds) : [],
    partsOf(scope, parts, now),
    familiesWithin(scope, studentIds),
    familiesWithin(scope, excludedIds),
    leftOut(scope, parts.without ?? {}, now),
  ])
  const isOfOne = units.length + sundry.entries.length === 0 && new Set(studentIds).size <= 1
  if (isForOneFamily && !isOfOne) throw new Refusal('invalid', ONE_FAMILY)
  const count = units.length + sundry.entries.length + named.length
  if (count === 0 && !isForOneFamily) throw new Refusal('invalid', '请选择收信的范围')
  const isPrivate = isForOneFamily || (count > 0 && units.length === 0 && sundry.isPrivate)
  if (isPrivate && !isKeeper(author, scope.unitId)) {
    throw new Refusal('forbidden', '写给单个家庭的信，要由了解这些家庭的本单位老师来写')
  }
  return {
    audience: [
      ...units.map(asEntry),
      ...sundry.entries,
      ...named.map((it) => ({
        unitId: it._id,
        path: `${it.path}${String(it._id)}/`,
        name: it.name,
        isStudent: true,
      })),
    ],
    without,
    excluded: excluded.map((it) => ({ studentId: it._id, name: it.name })),
    isPrivate,
    staff: null,
  }
}

const asEntry = (it: Audience[number]): Entry => ({ unitId: it._id, path: it.path, name: it.fullName })

/**
 * Grades, campuses, groups and marks as lines of an audience. What goes to sensitive groups and to 留守 alone is private:
 * seen by the office that writes it and nobody else.
 */
async function partsOf(scope: UnitScope<'writeLetters'>, parts: AudienceParts, now: Date) {
  const { grades = [], campuses = [], groupIds = [], marks = [] } = parts
  if (marks.length > 0 && !scope.may('seeFamilies')) {
    throw new Refusal('forbidden', '您的岗位不能按住校、留守选家庭')
  }
  const ids = [...grades, ...campuses, ...marks].map((it) => it.unitId)
  const [units, groups, city] = await Promise.all([
    ids.length > 0 ? audienceOf(scope, ids) : new Map<string, Audience[number]>(),
    groupsNamed(scope, groupIds, now),
    grades.length > 0 ? findUnit(idAt(scope.path, DEPTH.city) ?? '') : null,
  ])
  const part = (unitId: string, it: Exclude<Part, 'group'>): Entry => {
    const unit = units.get(unitId)
    if (!unit) throw new Refusal('not_found', '收信的范围里有不归您管理的单位，请重新选择')
    return {
      unitId: new Types.ObjectId(addressOf(unitId, it)),
      path: unit.path,
      name: unit.fullName,
      part: it,
      ofId: unit._id,
    }
  }
  const entries = [
    ...grades.flatMap((it) => gradesMeant(it, city ?? {}).map((grade) => part(it.unitId, `grade:${grade}`))),
    ...campuses.map((it) => part(it.unitId, `campus:${it.campus}`)),
    ...marks.map((it) => part(it.unitId, it.mark)),
    ...groups.map(asGroup),
  ]
  const isOpen =
    grades.length + campuses.length > 0 ||
    marks.some((it) => it.mark === 'boarding') ||
    groups.some((it) => !it.isSensitive)
  return { entries: onceEach(entries), isPrivate: !isOpen }
}

const asGroup = (it: { _id: Types.ObjectId; unitId: Types.ObjectId; path: string; name: string }): Entry => ({
  unitId: it._id,
  path: it.path,
  name: it.name,
  part: 'group',
  ofId: it.unitId,
})

const onceEach = (entries: Entry[]) => [...new Map(entries.map((it) => [String(it.unitId), it])).values()]

/** Each unit for itself: two grades of one district are two lines, and neither swallows the other. */
async function audienceOf(scope: UnitScope<'writeLetters'>, unitIds: string[]) {
  const units = await Promise.all([...new Set(unitIds)].map((it) => audienceWithin(scope, [it])))
  return new Map(units.flat().map((it) => [String(it._id), it]))
}

async function leftOut(
  scope: UnitScope<'writeLetters'>,
  { unitIds = [], groupIds = [] }: NonNullable<AudienceParts['without']>,
  now: Date,
): Promise<Entry[]> {
  const [units, groups] = await Promise.all([
    unitIds.length > 0 ? audienceWithin(scope, unitIds) : [],
    groupsNamed(scope, groupIds, now),
  ])
  return [...units.map(asEntry), ...groups.map(asGroup)]
}

/** To the holders of posts and to no family beside them: one letter has one kind of reader. */
async function toStaff(scope: UnitScope<'writeLetters'>, said: Addresses & { staff: StaffAudience }) {
  const { audience, studentIds = [], excludedIds = [], parts = {}, isForOneFamily, staff } = said
  if (isForOneFamily) throw new Refusal('invalid', ONE_FAMILY)
  const { without = {}, ...apart } = parts
  const others = [...Object.values(apart), ...Object.values(without)].flatMap((it): unknown[] => it)
  if (audience.length + studentIds.length + excludedIds.length + others.length > 0) {
    throw new Refusal('invalid', '一封信要么写给家长，要么写给老师，请分成两封')
  }
  const units = (await audienceWithin(scope, staff.unitIds)).map(asEntry)
  const posts = [...new Set(staff.posts)]
  return {
    audience: [],
    without: [],
    excluded: [],
    isPrivate: false,
    staff: { posts, units, keys: keysOfPosts(units, posts) },
  }
}

/** Who was named and has left the unit since is another school's child now: nothing is sent about it from here. */
export async function refuseMoved({
  audience,
  path,
  unitName,
}: Pick<LetterRecord, 'audience' | 'path' | 'unitName'>) {
  const named = audience.filter((it) => it.isStudent)
  if (named.length === 0) return
  const children = await childrenMeant(named, named.length)
  const here = new Set(children.filter((it) => isWithin(it.path, path)).map((it) => String(it._id)))
  const gone = named.find((it) => !here.has(String(it.unitId)))
  if (gone) throw new Refusal('invalid', `${gone.name}已经不在${unitName}，请从收信范围里去掉这一家再发`)
}

/** What a stored audience was said as, so that a change of the words alone says it again. */
export function saidOf(letter: Addressed) {
  const { audience, without, excluded, staff } = letter
  const ids = (entries: readonly Entry[]) => entries.map((it) => String(it.unitId))
  const groups = (entries: readonly Entry[]) => ids(entries.filter((it) => it.part === 'group'))
  const of = (entry: Entry) => String(entry.ofId)
  const having = (prefix: string) => audience.filter((it) => it.part?.startsWith(prefix))
  const value = (entry: Entry) => entry.part?.split(':').slice(1).join(':') ?? ''
  const parts: AudienceParts = {
    grades: having('grade:').map((it) => ({ unitId: of(it), grades: [Number(value(it))] })),
    campuses: having('campus:').map((it) => ({ unitId: of(it), campus: value(it) })),
    groupIds: groups(audience),
    marks: audience.flatMap((it) =>
      it.part === 'boarding' || it.part === 'leftBehind' ? [{ unitId: of(it), mark: it.part }] : [],
    ),
    without: {
      unitIds: ids((without ?? []).filter((it) => !it.part)),
      groupIds: groups(without ?? []),
    },
  }
  return {
    audience: ids(audience.filter((it) => !it.part && !it.isStudent)),
    studentIds: ids(audience.filter((it) => it.isStudent)),
    excludedIds: (excluded ?? []).map((it) => String(it.studentId)),
    parts,
    staff: staff && {
      posts: staff.posts as StaffAudience['posts'],
      unitIds: staff.units.map((it) => String(it.unitId)),
    },
  }
}
