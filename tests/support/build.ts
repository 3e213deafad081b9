import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import {
  GuardianshipModel,
  StudentModel,
  type StudentRecord,
} from '../../server/modules/org/families/model.ts'
import { soundOf } from '../../server/modules/org/families/rules.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { DEPTH, idAt } from '../../server/modules/org/tree/rules.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import type { World } from './world.ts'

export const newId = () => String(new Types.ObjectId())

let serial = 0
const next = () => ++serial

/** A branch of the tree: one city, district, school, grade 7 and class, all new. */
export async function buildBranch(
  over: { city?: UnitRecord; district?: UnitRecord; school?: UnitRecord } = {},
) {
  const n = next()
  const city =
    over.city ?? (await ensureUnit({ kind: 'city', name: `临川市${n}`, code: `C${n}`, parent: null }))
  const district =
    over.district ?? (await ensureUnit({ kind: 'district', name: `东湖区${n}`, code: `D${n}`, parent: city }))
  const school =
    over.school ??
    (await ensureUnit({ kind: 'school', name: `实验中学${n}`, code: `S${n}`, parent: district }))
  const grade = await ensureUnit({ kind: 'grade', name: '七年级', code: `G7-${n}`, parent: school, grade: 7 })
  const klass = await ensureUnit({ kind: 'class', name: `${n}班`, code: `K${n}`, parent: grade, grade: 7 })
  return { city, district, school, grade, klass }
}

/** A member of staff with a post at a unit. Gives the person's id. */
export async function buildStaff(unit: UnitRecord, post: PostKind, over: { name?: string } = {}) {
  const person = await PersonModel.create({
    name: over.name ?? `李老师${next()}`,
    posts: [{ post, unitId: unit._id, path: unit.path, from: new Date(0), to: null }],
  })
  return String(person._id)
}

/** A student of a class. */
export async function buildStudent(klass: UnitRecord, over: { name?: string; number?: string } = {}) {
  const n = next()
  const name = over.name ?? `学生${n}`
  const student = await StudentModel.create({
    ...soundOf(name),
    schoolId: new Types.ObjectId(idAt(klass.path, DEPTH.school) ?? ''),
    classId: klass._id,
    path: klass.path,
    number: over.number ?? String(20260000 + n),
    name,
    memberships: [{ classId: klass._id, path: klass.path, from: new Date(0), to: null }],
  })
  return student.toObject() as StudentRecord
}

/** A guardian with an account who has joined a student. Gives the person's id. */
export async function buildGuardian(
  world: World,
  student: StudentRecord,
  over: { relation?: string; personId?: string; openId?: string } = {},
) {
  const n = next()
  // Away from 139000000xx, which stories write out: files of one process share the serial.
  const phone = `139${String(80_000_000 + n)}`
  const { fields } = world.deps()
  const personId =
    over.personId ??
    String(
      (
        await PersonModel.create({
          name: `${student.name}家长${n}`,
          phone: fields.seal(phone),
          phoneIndex: fields.index(phone),
          wxOpenId: over.openId ?? `o-test-${n}`,
        })
      )._id,
    )
  await GuardianshipModel.create({
    studentId: student._id,
    classId: student.classId,
    path: student.path,
    name: `${student.name}的家长`,
    relation: over.relation ?? '妈妈',
    phone: fields.seal(phone),
    phoneIndex: fields.index(phone),
    personId: new Types.ObjectId(personId),
    joinedAt: new Date(),
    from: new Date(0),
  })
  await StudentModel.updateOne({ _id: student._id, activatedAt: null }, { activatedAt: new Date() })
  return personId
}

/** A guardianship the roster knows and nobody has answered for; gives its phone. */
export async function buildListedGuardian(
  world: World,
  student: StudentRecord,
  phone: string,
  relation = '妈妈',
) {
  const { fields } = world.deps()
  const bond = await GuardianshipModel.create({
    studentId: student._id,
    classId: student.classId,
    path: student.path,
    name: `${student.name}的${relation}`,
    relation,
    phone: fields.seal(phone),
    phoneIndex: fields.index(phone),
    from: new Date(0),
  })
  return String(bond._id)
}
