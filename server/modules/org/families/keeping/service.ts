import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { record } from '../../../audit/service.ts'
import { inForce, takeTurns, unitOf } from '../admission/service.ts'
import { BarModel } from '../bars/model.ts'
import { part } from '../departure/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'
import { confirmReports } from '../reports/service.ts'

const MOST_ENDED = 20

export interface Marks {
  isBoarding: boolean
  isLeftBehind: boolean
  dailyCarer: string
}

/** 住校, 留守 and the daily carer, as the family or its 班主任 says them. */
export async function setMarks(
  student: StudentRecord,
  { isBoarding, isLeftBehind, dailyCarer }: Marks,
  now: Date,
) {
  await StudentModel.updateOne({ _id: student._id }, { isBoarding, isLeftBehind, dailyCarer })
  const of = { unit: unitOf(student), studentIds: [String(student._id)] }
  await record('family.marked', { ...of, detail: student.name }, now)
}

/** The guardian of a child in force with this id; anybody else does not exist. */
export async function guardianIn(
  student: StudentRecord,
  guardianshipId: string,
): Promise<GuardianshipRecord> {
  const bond = (await inForce(student._id)).find((it) => String(it._id) === guardianshipId)
  if (!bond) throw new Refusal('not_found', '名单里没有这位家长')
  return bond
}

/** Guardians who were there once, the last to go first. */
export const endedOf = (studentId: Types.ObjectId) =>
  GuardianshipModel.find({ studentId, to: { $ne: null } })
    .sort({ to: -1 })
    .limit(MOST_ENDED)
    .lean<GuardianshipRecord[]>()

/** A guardian is named by relation and account alone: a line stays when the account has gone, and a name in it could not. */
const noted = (student: StudentRecord, bond: GuardianshipRecord, detail: string) => ({
  unit: unitOf(student),
  studentIds: [String(student._id)],
  ...(bond.personId && { personId: String(bond.personId) }),
  detail,
})

/** What a guardian is to the child, in their own words or the 班主任's. */
export async function setRelation(
  student: StudentRecord,
  bond: GuardianshipRecord,
  relation: string,
  now: Date,
) {
  await GuardianshipModel.updateOne({ _id: bond._id, to: null }, { relation })
  const detail = `${student.name}：${bond.relation}改为${relation}`
  await record('guardian.changed', noted(student, bond, detail), now)
}

/** Makes one guardian primary instead of another, in one go: between the two there is never none, nor two. */
export async function setPrimary(
  student: StudentRecord,
  bond: GuardianshipRecord,
  now: Date,
  /** The guardian who hands it over, and must still have it. */
  by?: string,
) {
  await GuardianshipModel.db.transaction(async () => {
    await takeTurns(student._id)
    const { matchedCount } = await GuardianshipModel.updateOne(
      { studentId: student._id, isPrimary: true, to: null, ...(by && { _id: new Types.ObjectId(by) }) },
      { isPrimary: false },
    )
    if (by && matchedCount === 0) throw new Refusal('conflict', '您已经不是主要联系人了')
    const named = await GuardianshipModel.updateOne({ _id: bond._id, to: null }, { isPrimary: true })
    if (named.matchedCount === 0) throw new Refusal('conflict', '这位家长已经不在名单里了')
    const detail = `${student.name}的主要联系人改为${bond.relation}`
    await record('guardian.changed', noted(student, bond, detail), now)
  })
}

/**
 * Undoes a wrong match, a request or an invitation that should not have been: nothing of the child stays with the
 * stranger, what they gave for it is void, and neither the list nor a code brings them back.
 */
export async function undo(student: StudentRecord, bond: GuardianshipRecord, by: string, now: Date) {
  await GuardianshipModel.db.transaction(async () => {
    await part({ student, bond, because: 'mismatch' }, now)
    await BarModel.create([
      {
        studentId: student._id,
        guardianshipId: bond._id,
        ...(bond.personId && { personId: bond.personId }),
        ...(bond.phoneIndex && { phoneIndex: bond.phoneIndex }),
        name: bond.name,
        relation: bond.relation,
        because: 'mismatch',
        status: 'active',
        decidedBy: new Types.ObjectId(by),
        decidedAt: now,
      },
    ])
    await confirmReports(bond._id, by, now)
    const act = bond.cameBy === 'join' || bond.cameBy === 'invitation' ? 'join.undone' : 'guardian.removed'
    await record(act, noted(student, bond, `${student.name}的${bond.relation}`), now)
  })
}

/** A guardian takes themselves off a child. */
export async function leave(student: StudentRecord, bond: GuardianshipRecord, now: Date) {
  const others = (await inForce(student._id)).filter((it) => !it._id.equals(bond._id) && it.joinedAt)
  if (bond.isPrimary && others.length > 0) {
    throw new Refusal('conflict', '您是主要联系人，请先把它交给另一位家长，再退出')
  }
  await GuardianshipModel.db.transaction(async () => {
    await part({ student, bond, because: 'left' }, now)
    const detail = `${student.name}的${bond.relation}自己退出`
    await record('guardian.removed', noted(student, bond, detail), now)
  })
}
