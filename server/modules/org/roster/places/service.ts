import type { Types } from 'mongoose'
import { UnitModel, type UnitRecord } from '../../tree/model.ts'
import { classCode, DEPTH, entryYearOf, gradeName, idAt, ladderOf } from '../../tree/rules.ts'
import * as tree from '../../tree/service.ts'
import { schoolYearAt } from '../../terms/service.ts'
import { type ImportRecord, MadeUnitModel } from '../model.ts'
import type { RosterRow } from '../rules.ts'

type Place = Pick<RosterRow, 'school' | 'grade' | 'klass'>

/** Where rows belong: the schools and classes an import may write to, looked up without a query a row. */
export type Places = Awaited<ReturnType<typeof openPlaces>>

const gradeKey = ({ school, grade }: Place) => `${school}\n${grade}`
const classKey = ({ school, grade, klass }: Place) => `${school}\n${grade}\n${klass}`

export async function openPlaces(job: Pick<ImportRecord, '_id' | 'unitId' | 'path' | 'makeUnits'>) {
  const unit = await tree.findUnit(String(job.unitId))
  if (!unit) throw new Error('The unit of an import is gone')
  const [own, city, classes] = await Promise.all([
    schoolsFor(unit),
    tree.findUnit(idAt(job.path, DEPTH.city) ?? ''),
    tree.unitsWithin(job.path, 'class'),
  ])
  const schools = new Map(own.map((it) => [it.name, it]))
  const nameOf = new Map(own.map((it) => [String(it._id), it.name]))
  const ladders = new Map(own.map((it) => [it.name, new Set(ladderOf(it, city ?? {}))]))
  const byClass = new Map<string, UnitRecord>()
  const byId = new Map(classes.map((it) => [String(it._id), it]))
  const grades = new Set<string>()
  for (const klass of classes) {
    const school = nameOf.get(idAt(klass.path, DEPTH.school) ?? '')
    if (!school) continue
    const place = { school, grade: klass.grade ?? 0, klass: klass.name }
    byClass.set(classKey(place), klass)
    grades.add(gradeKey(place))
  }
  const madeUp = new Set<string>()
  const gradeUnits = new Map<string, UnitRecord>()
  let schoolYear: Promise<{ current: number }> | undefined

  return {
    /** The school of a list that has no column for it; null for a district. */
    ownSchool: DEPTH[unit.kind] >= DEPTH.school ? (own[0]?.name ?? null) : null,
    schoolIdOf: (row: Pick<Place, 'school'>): Types.ObjectId | null => schools.get(row.school)?._id ?? null,
    classOf: (row: Place): UnitRecord | null => byClass.get(classKey(row)) ?? null,
    /** How people call a class that stands today: 七年级2班, with the school's name in front. */
    fullNameOf: (classId: Types.ObjectId): string | null => byId.get(String(classId))?.fullName ?? null,
    /** How many units would have to be made. */
    madeUp: () => madeUp.size,

    problemOf: (row: Place): string | null => {
      if (byClass.has(classKey(row))) return null
      const hasSchool = schools.has(row.school)
      if (!job.makeUnits) {
        return hasSchool
          ? `没有这个班级：${row.school}${gradeName(row.grade)}${row.klass}`
          : `没有这所学校：${row.school}`
      }
      if (!hasSchool && unit.kind !== 'district') return `没有这所学校：${row.school}`
      if (ladders.get(row.school)?.has(row.grade) === false) return `${row.school}没有${gradeName(row.grade)}`
      if (!hasSchool) madeUp.add(row.school)
      if (!grades.has(gradeKey(row))) madeUp.add(gradeKey(row))
      madeUp.add(classKey(row))
      return null
    },

    /** The class of a row, made with its grade and school when it is not there. What is made is noted first. */
    async ensureClass(row: Place, now: Date): Promise<UnitRecord> {
      const standing = byClass.get(classKey(row))
      if (standing) return standing
      const school =
        schools.get(row.school) ?? (await make(row.school, { kind: 'school', parent: unit }, now))
      schools.set(row.school, school)
      const grade =
        gradeUnits.get(gradeKey(row)) ?? (await make(`G${row.grade}`, gradeUnit(row, school), now))
      gradeUnits.set(gradeKey(row), grade)
      schoolYear ??= schoolYearAt(job.path, now)
      const { code, ...facts } = classUnit(row, grade, await schoolYear, city)
      const klass = await make(code, facts, now)
      byClass.set(classKey(row), klass)
      byId.set(String(klass._id), klass)
      return klass
    },
  }

  type Facts = Omit<tree.NewUnit, 'code' | 'name' | 'parent'> & { name?: string; parent: UnitRecord }

  async function make(code: string, facts: Facts, now: Date) {
    const parentId = facts.parent._id
    const isThere = await UnitModel.exists({ parentId, code })
    if (!isThere) {
      const made = { importId: job._id, parentId, code }
      await MadeUnitModel.updateOne(made, { $setOnInsert: { at: now } }, { upsert: true })
    }
    // A school's code is its name where the roster gives no other: the same file twice finds the same school.
    return tree.ensureUnit({ name: code, ...facts, code })
  }
}

const gradeUnit = ({ grade }: Place, school: UnitRecord) => ({
  kind: 'grade' as const,
  name: gradeName(grade),
  parent: school,
  grade,
})

/** A class as the tree makes one: by its year of entry, under a number where it has one. */
function classUnit(
  row: Place,
  parent: UnitRecord,
  { current }: { current: number },
  city: UnitRecord | null,
) {
  const entryYear = entryYearOf(row.grade, current, city ?? {})
  const [, number] = /^(\d{1,3})班$/.exec(row.klass) ?? []
  return {
    kind: 'class' as const,
    name: row.klass,
    code: number ? classCode(entryYear, Number(number)) : `${entryYear}-${row.klass}`,
    parent,
    grade: row.grade,
    entryYear,
    schoolYear: current,
  }
}

async function schoolsFor(unit: UnitRecord) {
  if (unit.kind === 'city' || unit.kind === 'district') return tree.unitsWithin(unit.path, 'school')
  const school = await tree.findUnit(idAt(unit.path, DEPTH.school) ?? '')
  return school ? [school] : []
}
