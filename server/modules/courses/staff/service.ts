import type { CourseAudience } from '#contract/drafts'
import type { UnitKind } from '#contract/org'
import type { Redis } from 'ioredis'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { Refusal } from '../../../http/errors.ts'
import * as certificates from '../../certificates/service.ts'
import * as families from '../../org/families/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { BELOW, DEPTH, gradeName, idAt, idsOf, isWithin } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import { passedAmong } from '../exams/service.ts'
import { placed } from '../journeys/placing/rules.ts'
import { percentOfProgramme } from '../journeys/rules.ts'
import { hasExam } from '../journeys/service.ts'
import { placesOf } from '../offers/rules.ts'
import { offersAt } from '../offers/service.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import * as watches from '../watch/service.ts'

/** A programme in the version that is taught now, of this unit, of one above or of one below it. */
export async function current(scope: UnitScope, code: string) {
  const programme = await programmes.findLatest(code)
  if (!programme || !(await isKnownAt(scope, programme))) throw new Refusal('not_found', '没有这门课程')
  return programme
}

async function isKnownAt(scope: UnitScope, { unitId }: ProgrammeRecord) {
  if (!unitId || idsOf(scope.path).includes(String(unitId))) return true
  const owner = await tree.findUnit(String(unitId))
  return Boolean(owner && isWithin(owner.path, scope.path))
}

/** What a unit and those above it offer, those first that are written for a grade of this unit. */
export async function programmesFor(scope: UnitScope, audience: CourseAudience) {
  const [all, numbers] = await Promise.all([
    offersAt(placesOf([scope.path]), audience),
    tree.gradesWithin(scope.path),
  ])
  const grades = numbers.map(gradeName)
  return all
    .map((programme) => ({ programme, isTaughtHere: programme.forGrades.some((it) => grades.includes(it)) }))
    .sort((a, b) => Number(b.isTaughtHere) - Number(a.isTaughtHere) || earns(b) - earns(a))
}

/** What leads to a certificate stands before what a unit adds of its own. */
const earns = ({ programme }: { programme: ProgrammeRecord }) => Number(programme.givesCertificate !== false)

/** What families below a unit must hold a certificate of (A5). */
export const certifiedProgrammes = async (scope: UnitScope) =>
  (await offersAt(placesOf([scope.path]), 'guardian')).filter(
    (it) => !it.isOptional && it.givesCertificate !== false,
  )

/** Families that must hold the certificate and those that do, of a unit and of each unit below it. */
export async function completionOf(
  scope: UnitScope<'seeFigures'>,
  programme: ProgrammeRecord,
  { redis, clock }: Pick<Deps, 'redis' | 'clock'>,
) {
  const kind = BELOW[scope.kind]
  const [required, completed, units] = await Promise.all([
    requiredBy(scope, kind, programme, redis),
    certificates.certificatesBy(scope, kind, await acceptedCodes(programme), shanghaiDay(clock.now())),
    tree.unitsWithin(scope.path, kind),
  ])
  const rows = units
    .map((it) => ({
      unitId: String(it._id),
      kind: it.kind,
      name: it.name,
      families: required.get(String(it._id)) ?? 0,
      completed: Math.min(completed.get(String(it._id)) ?? 0, required.get(String(it._id)) ?? 0),
    }))
    .filter((it) => it.families > 0)
  const sum = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((all, it) => all + pick(it), 0)
  return {
    total: {
      unitId: scope.unitId,
      kind: scope.kind,
      name: scope.fullName,
      families: sum((it) => it.families),
      completed: sum((it) => it.completed),
    },
    rows: scope.kind === 'class' ? [] : rows,
  }
}

/**
 * The programmes whose certificates count here: any for the same stage and grade. A family that moves to another district keeps what
 * it has learned, whoever gave the course (A5).
 */
async function acceptedCodes({ code, stage, forGrades }: ProgrammeRecord) {
  return [...new Set([code, ...(await programmes.codesFor(stage, forGrades))])]
}

/** Students of the required grades by unit of one kind: one family each. Classes are counted and added up. */
async function requiredBy(scope: UnitScope, kind: UnitKind, programme: ProgrammeRecord, redis: Redis) {
  // A class knows its grade, whoever stands above it; counts of classes add up to any kind.
  const [counts, classes] = await Promise.all([
    tree.studentCounts(scope.path, 'class', redis),
    tree.unitsWithin(scope.path, 'class'),
  ])
  const sums = new Map<string, number>()
  for (const it of classes) {
    if (!it.grade || !programme.forGrades.includes(gradeName(it.grade))) continue
    const unitId = idAt(it.path, DEPTH[kind]) ?? ''
    sums.set(unitId, (sums.get(unitId) ?? 0) + (counts.get(String(it._id)) ?? 0))
  }
  return sums
}

/** Families below a unit with a child in one of some grades. */
export async function familiesOfGrades(path: string, grades: readonly string[], redis: Redis) {
  const [counts, classes] = await Promise.all([
    tree.studentCounts(path, 'class', redis),
    tree.unitsWithin(path, 'class'),
  ])
  return classes
    .filter((it) => it.grade && grades.includes(gradeName(it.grade)))
    .reduce((sum, it) => sum + (counts.get(String(it._id)) ?? 0), 0)
}

/** A class family by family: who holds the certificate, who is on the way, who has not begun. */
export const learnersOf = (scope: UnitScope<'seeFamilies'>, programme: ProgrammeRecord, now: Date) =>
  learnersIn(scope.unitId, programme, now)

/** The same for a class below a unit that somebody has been proven to reach. */
export async function learnersIn(classId: string, programme: ProgrammeRecord, now: Date) {
  const students = await families.classRoll(classId)
  const [guardians, versions] = await Promise.all([
    families.guardiansOf(students.map((it) => it._id)),
    programmes.versionsOf(programme.code),
  ])
  const joined = guardians.flatMap((it) =>
    it.personId && it.joinedAt ? [{ studentId: it.studentId, personId: String(it.personId) }] : [],
  )
  const personIds = joined.map((it) => it.personId)
  const [percents, held] = await Promise.all([
    percentsOf(personIds, programme.code, versions),
    certificates.certificatesOfPeople(await acceptedCodes(programme), personIds, shanghaiDay(now)),
  ])
  return students.map((student) => {
    const own = joined.filter((it) => it.studentId.equals(student._id)).map((it) => it.personId)
    const best = own.flatMap((it) => percents.get(it) ?? [])
    const certificate = own.map((it) => held.get(it)).find(Boolean)
    return {
      studentId: String(student._id),
      number: shownNumber(student.number),
      studentName: student.name,
      percent: certificate ? 100 : best.length > 0 ? Math.max(...best) : null,
      hasJoined: own.length > 0,
      certificateNumber: certificate?.number ?? null,
    }
  })
}

/** How far each of some people is, in the version they are on. */
async function percentsOf(personIds: string[], code: string, versions: ProgrammeRecord[]) {
  const [seen, passed] = await Promise.all([
    watches.progressOfPeople(
      personIds,
      versions.map((it) => it._id),
    ),
    passedAmong(personIds, code),
  ])
  const byPerson = Map.groupBy(seen, (it) => String(it.personId))
  return new Map(
    [...byPerson].map(([personId, rows]) => {
      const programme = versions.find((it) => rows.some((row) => row.programmeId.equals(it._id)))
      const modules = programme ? placed(programme, rows) : []
      const end = {
        hasExam: !programme || hasExam(programme),
        isPassed: passed.has(personId),
        givesCertificate: programme?.givesCertificate !== false,
        hasCertificate: false,
      }
      return [personId, percentOfProgramme(modules, end)] as const
    }),
  )
}
