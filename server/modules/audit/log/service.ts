import { Types } from 'mongoose'
import { namesOf, staffNamed } from '../../accounts/service.ts'
import type { Deps } from '../../../infra/deps.ts'
import { findStudents, studentsCalled } from '../../org/families/service.ts'
import type { OwnChild, UnitScope } from '../../org/policy.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { AuditModel, type AuditRecord } from '../model.ts'
import { type ChildInTime, cursorOf, dayRange, placesOf, readCursor, THREAD_ACTS } from './rules.ts'

const PAGE = 50
const CHILD_PAGE = 30

export interface Wanted {
  on?: string | undefined
  act?: string | undefined
  person?: string | undefined
  child?: string | undefined
}

/** A unit's log and that of everything below it, the newest first. */
export async function linesOf(
  scope: UnitScope<'seeAudit'>,
  wanted: Wanted,
  deps: Pick<Deps, 'fields'>,
  { after, limit = PAGE }: { after?: string | undefined; limit?: number } = {},
) {
  const filter = await filterOf(scope, wanted, deps)
  if (!filter) return { lines: [], next: null }
  return page({ unitIds: new Types.ObjectId(scope.unitId), ...filter }, after, limit)
}

/** Null when a name was asked for that nobody here has. */
async function filterOf(
  scope: UnitScope<'seeAudit'>,
  { on, act, person, child }: Wanted,
  deps: Pick<Deps, 'fields'>,
) {
  const [people, children] = await Promise.all([
    person ? staffNamed(scope.path, person) : null,
    child ? studentsCalled(scope, child, deps) : null,
  ])
  if (people?.length === 0 || children?.length === 0) return null
  return {
    ...(on && { at: dayRange(on) }),
    ...(act && { act }),
    ...(people && { actorId: { $in: people.map((it) => it._id) } }),
    ...(children && {
      $or: children.flatMap((it) =>
        concerning({ studentId: String(it._id), path: it.path, memberships: it.memberships }),
      ),
    }),
  }
}

/** Lines that name the child, and lists of a unit that were seen while the child was in it. */
const concerning = (child: ChildInTime) => [
  { studentIds: new Types.ObjectId(child.studentId) },
  ...placesOf(child).map(({ unitIds, from, to }) => ({
    coversUnit: true,
    unitId: { $in: unitIds.map((it) => new Types.ObjectId(it)) },
    at: { $gte: from, $lt: to },
  })),
]

/** What staff saw or changed of one's own child, the newest first; what guardians did is nobody else's business. */
export const viewsOf = (child: OwnChild, after: string | undefined) =>
  page(
    { actorRole: 'staff', $or: concerning(child), $nor: [inConfidenceOf(child.personId)] },
    after,
    CHILD_PAGE,
  )

/** What another guardian told the school in confidence: that it was read is theirs alone to know. */
const inConfidenceOf = (readerId: string) => ({
  act: { $in: [...THREAD_ACTS] },
  personId: { $nin: [null, new Types.ObjectId(readerId)] },
})

async function page(filter: object, after: string | undefined, limit: number) {
  const from = after ? readCursor(after) : null
  const found = await AuditModel.find({
    $and: [
      filter,
      from
        ? { $or: [{ at: { $lt: from.at } }, { at: from.at, _id: { $lt: new Types.ObjectId(from.id) } }] }
        : {},
    ],
  })
    .sort({ at: -1, _id: -1 })
    .limit(limit + 1)
    .lean<AuditRecord[]>()
  const lines = found.slice(0, limit)
  const last = lines.at(-1)
  return { lines, next: found.length > limit && last ? cursorOf(last) : null }
}

type Id = Types.ObjectId | null | undefined

const some = (ids: Id[]) => [...new Set(ids.flatMap((it) => (it ? [String(it)] : [])))]

/** The names that some lines speak of. */
export async function namesIn(lines: AuditRecord[], most = 3) {
  const [people, units, students] = await Promise.all([
    namesOf(some(lines.flatMap((it) => [it.actorId, it.personId, it.approval?.approverId]))),
    fullNamesOf(some(lines.flatMap((it) => [it.unitId, it.postUnitId]))),
    findStudents(some(lines.flatMap((it) => it.studentIds.slice(0, most)))),
  ])
  const children = new Map(students.map((it) => [String(it._id), it.name]))
  return {
    person: (id: Id) => (id ? people.get(String(id)) || null : null),
    unit: (id: Id) => units.get(String(id)) ?? '',
    child: (id: Id) => children.get(String(id)) ?? '已离校的学生',
  }
}

export type NamesIn = Awaited<ReturnType<typeof namesIn>>
