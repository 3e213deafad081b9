import type { GuardianshipRecord, StudentRecord } from '../../families/model.ts'
import type { BondChange, BondFields, Change, StudentFields } from '../changes/service.ts'

type Id = StudentRecord['_id']

/** What taking back one child's change asks for. */
export interface Reversal {
  /** Fields to put back, when the student stands as the import left it. */
  student: { after: StudentFields; before: StudentFields } | null
  /** The student was made by the import and goes, or is taken out of the lists where letters name it. */
  remove: 'delete' | 'leave' | null
  bonds: { bondId: Id; remove: true }[]
  changed: { bondId: Id; before: BondFields; after: BondFields }[]
  /** Why something of it stays, or null. */
  kept: string | null
}

interface Now {
  student: StudentRecord | null
  bonds: GuardianshipRecord[]
  /** A letter has gone to the class since: it names the child. */
  isInLetters: boolean
}

const NOTHING: Reversal = { student: null, remove: null, bonds: [], changed: [], kept: null }

/** Takes back what stands as the import left it; what people have changed since stays, with a sentence. */
export function reversalOf(change: Change, now: Now): Reversal {
  if (change.kind === 'made') return unmake(change.fields, change.bonds, now)
  const { student } = now
  if (!student) return { ...NOTHING, kept: '学生资料后来被移走了' }
  const reversal: Reversal = { ...NOTHING, bonds: [], changed: [] }
  const kept = new Set<string>()
  if (change.before && change.after) {
    if (isAt(student, change.after)) reversal.student = { after: change.after, before: change.before }
    else if (!isAt(student, change.before)) kept.add('导入后有人改过姓名或班级')
  }
  for (const bond of change.kind === 'changed' ? change.bonds : []) {
    const problem = unbind(bond, now.bonds, reversal)
    if (problem) kept.add(problem)
  }
  return { ...reversal, kept: kept.size > 0 ? [...kept].join('；') : null }
}

function unmake(
  fields: StudentFields,
  bonds: BondChange[],
  { student, bonds: now, isInLetters }: Now,
): Reversal {
  if (!student || student.leftAt) return NOTHING
  const own = new Set(bonds.map((it) => String(it.bondId)))
  if (student.activatedAt || now.some((it) => it.personId)) return { ...NOTHING, kept: '家长已经加入' }
  if (!isAt(student, fields)) return { ...NOTHING, kept: '导入后有人改过姓名或班级' }
  if (now.some((it) => !own.has(String(it._id)))) return { ...NOTHING, kept: '导入后有人添加过家长' }
  if (isInLetters) return { ...NOTHING, remove: 'leave' }
  const gone = now.map((it) => ({ bondId: it._id, remove: true as const }))
  return { ...NOTHING, remove: 'delete', bonds: gone }
}

function unbind(change: BondChange, bonds: GuardianshipRecord[], reversal: Reversal): string | null {
  const bond = bonds.find((it) => it._id.equals(change.bondId))
  if (!bond) return null
  if (change.kind === 'made') {
    if (bond.personId) return `${bond.relation}已经加入`
    if (bond.phoneIndex !== change.bond.phoneIndex) return `${bond.relation}的手机号后来改过`
    reversal.bonds.push({ bondId: bond._id, remove: true })
    return null
  }
  const { before, after } = change
  if (String(bond.personId ?? '') !== String(before.personId ?? '')) return `${bond.relation}后来加入了`
  const says = (fields: BondFields) =>
    Object.entries({ name: fields.name, relation: fields.relation, phoneIndex: fields.phoneIndex }).every(
      ([key, value]) => value === undefined || bond[key as 'name'] === value,
    )
  if (says(after) && (after.phoneIndex !== undefined || !says(before))) {
    reversal.changed.push({ bondId: bond._id, before, after })
  } else if (!says(before)) return `${bond.relation}的资料后来改过`
  return null
}

const isAt = (student: StudentRecord, fields: StudentFields) =>
  student.name === fields.name &&
  student.classId.equals(fields.classId) &&
  (student.leftAt?.getTime() ?? null) === (fields.leftAt?.getTime() ?? null)
