import { addClasses, addUnit, listUnits, type SchoolType } from '#contract/tree'
import type { StudentRecord } from '../../server/modules/org/families/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { ensureUnit, findUnit } from '../../server/modules/org/tree/service.ts'
import { buildStaff, buildStudent } from './build.ts'
import type { World } from './world.ts'

let serial = 0

/** A district with its administrator, in a new city or in one that stands. */
export async function buildDistrict(world: World, over: { city?: UnitRecord } = {}) {
  const n = ++serial
  const city =
    over.city ?? (await ensureUnit({ kind: 'city', name: `云溪市${n}`, code: `YX${n}`, parent: null }))
  const district = await ensureUnit({ kind: 'district', name: `东湖区${n}`, code: `DH${n}`, parent: city })
  const admin = await buildStaff(district, 'district_admin', { name: '陈立' })
  return { city, district, admin, call: await world.as(admin, 'staff') }
}

type Office = Awaited<ReturnType<typeof buildDistrict>>

/** A school with classes of some grades for a school year, made by its district as the console does; by 七年级2班 the classes. */
export async function buildSchool(
  world: World,
  { call, district }: Pick<Office, 'call' | 'district'>,
  {
    schoolType = 'junior',
    grades,
    classes = 2,
    schoolYear = 2026,
  }: { schoolType?: SchoolType; grades: number[]; classes?: number; schoolYear?: number },
) {
  const n = ++serial
  const { id } = await call(addUnit, {
    unitId: String(district._id),
    name: `实验学校${n}`,
    code: `SY-${n}`,
    schoolType,
  })
  for (const grade of grades) await call(addClasses, { unitId: id, grade, schoolYear, count: classes })
  const school = (await findUnit(id)) as UnitRecord
  const units = await UnitModel.find({ kind: 'class', closedAt: null }).lean<UnitRecord[]>()
  const own = units.filter((it) => it.path.startsWith(school.path))
  const byName = new Map(own.map((it) => [it.fullName.slice(school.fullName.length), it]))
  const admin = await buildStaff(school, 'school_admin', { name: '许静' })
  return {
    school,
    classOf: (name: string): UnitRecord => {
      const unit = byName.get(name)
      if (!unit) throw new Error(`No class ${name}`)
      return unit
    },
    admin,
    office: await world.as(admin, 'staff'),
    unitsOf: async (unitId: string) => (await call(listUnits, { unitId })).children,
  }
}

/** So many students of a class, numbered from 01. */
export async function fillClass(klass: UnitRecord, count: number): Promise<StudentRecord[]> {
  const students: StudentRecord[] = []
  for (let at = 1; at <= count; at++) {
    students.push(await buildStudent(klass, { number: `${klass.code}-${String(at).padStart(2, '0')}` }))
  }
  return students
}
