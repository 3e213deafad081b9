import type { Types } from 'mongoose'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, gradeName, idAt } from '../../tree/rules.ts'
import * as tree from '../../tree/service.ts'
import type { ImportRecord } from '../model.ts'
import type { RosterRow } from '../rules.ts'

type Place = Pick<RosterRow, 'school' | 'grade' | 'klass'>

/** Where rows belong: the schools and classes an import may write to, looked up without a query a row. */
export type Places = Awaited<ReturnType<typeof openPlaces>>

const schoolKey = ({ school }: Place) => school
const classKey = ({ school, grade, klass }: Place) => `${school}\n${grade}\n${klass}`

export async function openPlaces({
  unitId,
  path,
  makeUnits,
}: Pick<ImportRecord, 'unitId' | 'path' | 'makeUnits'>) {
  const unit = await tree.findUnit(String(unitId))
  if (!unit) throw new Error('The unit of an import is gone')
  const own = await schoolsFor(unit)
  const classes = await tree.unitsWithin(path, 'class')
  const schools = new Map(own.map((it) => [it.name, it]))
  const byClass = new Map<string, UnitRecord>()
  for (const klass of classes) {
    const school = own.find((it) => String(it._id) === idAt(klass.path, DEPTH.school))
    if (!school) continue
    byClass.set(classKey({ school: school.name, grade: klass.grade ?? 0, klass: klass.name }), klass)
  }
  const madeUp = new Set<string>()

  return {
    schoolIdOf: (row: Place): Types.ObjectId | null => schools.get(schoolKey(row))?._id ?? null,
    classIdOf: (row: Place): Types.ObjectId | null => byClass.get(classKey(row))?._id ?? null,
    /** How many units would have to be made. */
    madeUp: () => madeUp.size,

    problemOf(row: Place): string | null {
      if (byClass.has(classKey(row))) return null
      const hasSchool = schools.has(schoolKey(row))
      if (!makeUnits) {
        return hasSchool
          ? `没有这个班级：${row.school}${gradeName(row.grade)}${row.klass}`
          : `没有这所学校：${row.school}`
      }
      if (!hasSchool && unit.kind !== 'district') return `没有这所学校：${row.school}`
      if (!hasSchool) madeUp.add(schoolKey(row))
      const isKnownGrade = [...byClass.values()].some(
        (it) => it.grade === row.grade && it.fullName.startsWith(row.school),
      )
      if (!isKnownGrade) madeUp.add(`${row.school}\n${row.grade}`)
      madeUp.add(classKey(row))
      return null
    },

    /** The class of a row, made with its grade and school when the import may. */
    async classOf(row: Place): Promise<UnitRecord> {
      const standing = byClass.get(classKey(row))
      if (standing) return standing
      const school = schools.get(schoolKey(row)) ?? (await makeSchool(unit, row))
      schools.set(schoolKey(row), school)
      const name = gradeName(row.grade)
      const grade = await tree.ensureUnit({
        kind: 'grade',
        name,
        code: `G${row.grade}`,
        parent: school,
        grade: row.grade,
      })
      const klass = await tree.ensureUnit({
        kind: 'class',
        name: row.klass,
        code: `${row.grade}${row.klass.replace(/班$/, '').padStart(2, '0')}`,
        parent: grade,
        grade: row.grade,
      })
      byClass.set(classKey(row), klass)
      return klass
    },
  }
}

async function schoolsFor(unit: UnitRecord) {
  if (unit.kind === 'city' || unit.kind === 'district') return tree.unitsWithin(unit.path, 'school')
  const school = await tree.findUnit(idAt(unit.path, DEPTH.school) ?? '')
  return school ? [school] : []
}

/** A school's code is its name where the roster gives no other: the same file twice finds the same school. */
const makeSchool = (unit: UnitRecord, { school }: Place) =>
  tree.ensureUnit({ kind: 'school', name: school, code: school, parent: unit })
