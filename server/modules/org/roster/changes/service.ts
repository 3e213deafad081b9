import { Types } from 'mongoose'
import type { FieldCrypto } from '../../../../infra/field-crypto.ts'
import { keptNumber, type KeptNumber } from '../../../../infra/id-numbers.ts'
import type { GuardianshipRecord, StudentRecord } from '../../families/model.ts'
import { soundOf } from '../../families/rules.ts'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, idAt } from '../../tree/rules.ts'
import { type BondDeed, type Child, type Difference, type Listed, wordsOf } from '../differences/rules.ts'

interface Membership {
  classId: Types.ObjectId
  path: string
  from: Date
  to: Date | null
}
/** What an import writes of a student. */
export interface StudentFields {
  name: string
  pinyin: string
  initials: string
  classId: Types.ObjectId
  path: string
  leftAt: Date | null
  memberships: Membership[]
}
export type BondFields = Partial<
  Pick<GuardianshipRecord, 'name' | 'relation' | 'phone' | 'phoneIndex' | 'deniedAt' | 'personId'>
>

export type BondChange =
  | { kind: 'made'; bondId: Types.ObjectId; bond: Record<string, unknown> & { phoneIndex: string } }
  | { kind: 'changed'; bondId: Types.ObjectId; before: BondFields; after: BondFields; words: string }

interface ChangeOfChild {
  studentId: Types.ObjectId
  /** Line in the sheet. */
  row: number
  /** For the sentence that says what was left alone. */
  student: string
  number: string
}

export interface MadeChange extends ChangeOfChild {
  kind: 'made'
  fields: StudentFields & { schoolId: Types.ObjectId } & KeptNumber
  bonds: BondChange[]
}
export interface ChangedChange extends ChangeOfChild {
  kind: 'changed'
  /** Null where only guardians change. */
  before: StudentFields | null
  after: StudentFields | null
  bonds: BondChange[]
}
export interface LeftChange extends ChangeOfChild {
  kind: 'left'
  before: StudentFields
  after: StudentFields
}

/** What one child's row changes, in full: what stands before, what after, and the ids of what is new. */
export type Change = MadeChange | ChangedChange | LeftChange

interface Planned {
  child: Child
  difference: Difference<Types.ObjectId>
  student: StudentRecord | null
  bonds: GuardianshipRecord[]
}

/** The change that a child's difference asks for; null when there is none. */
export function planOf(
  { child, difference, student, bonds }: Planned,
  klass: UnitRecord,
  now: Date,
  fields: FieldCrypto,
): Change | null {
  const of = { row: child.row, student: child.student, number: child.number }
  const place = { classId: klass._id, path: klass.path }
  const deeds = (studentId: Types.ObjectId) =>
    difference.bonds.map((it, at) => bondChange(it, bonds, { studentId, ...place }, at, now, fields))
  if (!student) {
    const studentId = new Types.ObjectId()
    const schoolId = new Types.ObjectId(idAt(klass.path, DEPTH.school) ?? '')
    const sealedNumber = child.idNumber ? keptNumber(child.idNumber, fields, true).sealedNumber : null
    const made = { schoolId, number: child.number, sealedNumber, ...fieldsOf(child.student, place, [], now) }
    const own = deeds(studentId)
    const [first] = own
    // Nobody else can have given a guardian to a child that is not there yet.
    if (first?.kind === 'made') first.bond.isPrimary = true
    return { kind: 'made', studentId, ...of, fields: made, bonds: own }
  }
  const isSame =
    student.name === child.student && student.classId.equals(klass._id) && student.leftAt === null
  if (isSame && difference.bonds.length === 0) return null
  const before = isSame ? null : snapshot(student)
  const after = isSame ? null : fieldsOf(child.student, place, membershipsOf(student), now)
  return { kind: 'changed', studentId: student._id, ...of, before, after, bonds: deeds(student._id) }
}

const snapshot = (it: StudentRecord): StudentFields => ({
  name: it.name,
  pinyin: it.pinyin,
  initials: it.initials,
  classId: it.classId,
  path: it.path,
  leftAt: it.leftAt ?? null,
  memberships: membershipsOf(it),
})

const membershipsOf = ({ memberships }: StudentRecord): Membership[] =>
  memberships.map(({ classId, path, from, to }) => ({ classId, path, from, to: to ?? null }))

function fieldsOf(
  name: string,
  { classId, path }: { classId: Types.ObjectId; path: string },
  memberships: Membership[],
  now: Date,
): StudentFields {
  const isThere = memberships.some((it) => !it.to && it.classId.equals(classId))
  const past = memberships.map((it) =>
    it.classId.equals(classId) && !it.to ? it : { ...it, to: it.to ?? now },
  )
  return {
    name,
    ...soundOf(name),
    classId,
    path,
    leftAt: null,
    memberships: isThere ? past : [...past, { classId, path, from: now, to: null }],
  }
}

/** Children whose class a list changes, with the classes concerned; new ones stand nowhere before. */
export const placesAmong = (changes: readonly Change[]) =>
  changes.flatMap((it) => {
    const { studentId } = it
    if (it.kind === 'made') return [{ studentId, classIds: [it.fields.classId] }]
    if (!it.before || !it.after) return []
    const isSame = it.before.classId.equals(it.after.classId) && !it.before.leftAt === !it.after.leftAt
    return isSame ? [] : [{ studentId, classIds: [it.before.classId, it.after.classId] }]
  })

/** The list is said to be whole and does not name the child: it has left, and everything of it stays where it is. */
export function leaving(student: StudentRecord, now: Date): LeftChange {
  const memberships = membershipsOf(student).map((it) => ({ ...it, to: it.to ?? now }))
  const before = snapshot(student)
  const { _id: studentId, name, number } = student
  const after = { ...before, leftAt: now, memberships }
  return { kind: 'left', studentId, row: 0, student: name, number, before, after }
}

function bondChange(
  deed: BondDeed<Types.ObjectId>,
  bonds: GuardianshipRecord[],
  place: { studentId: Types.ObjectId; classId: Types.ObjectId; path: string },
  at: number,
  now: Date,
  fields: FieldCrypto,
): BondChange {
  const { guardian } = deed
  if (deed.do === 'add')
    return { kind: 'made', bondId: new Types.ObjectId(), bond: newBond(guardian, place, now, fields) }
  const standing = bonds.find((it) => it._id.equals(deed.bond.id))
  if (!standing) throw new Error('A guardian to change is among those that stand')
  const { name, relation, phone, phoneIndex, deniedAt, personId } = standing
  const words = wordsOf(guardian, standing)
  const isPhone = deed.do === 'phone'
  return {
    kind: 'changed',
    bondId: standing._id,
    words: relation,
    before: { name, relation, phone, phoneIndex, deniedAt: deniedAt ?? null, personId: personId ?? null },
    after: {
      ...words,
      // The owner of the new number has not said yet whether this is their child.
      ...(isPhone && { phone: fields.seal(guardian.phone), phoneIndex: guardian.phoneIndex, deniedAt: null }),
    },
  }
}

const newBond = (
  { name, relation, phone, phoneIndex }: Listed,
  place: object,
  now: Date,
  fields: FieldCrypto,
) => ({
  ...place,
  name,
  relation,
  phone: fields.seal(phone),
  phoneIndex,
  isPrimary: false,
  joinedAt: null,
  deniedAt: null,
  from: now,
})
