import type { OwnChild } from '../../policy.ts'
import { inForce, unitOf } from '../admission/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'
import { tidyUp } from '../departure/service.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { Refusal } from '../../../../http/errors.ts'
import { record } from '../../../audit/service.ts'
import * as keeping from '../keeping/service.ts'

/** A child of mine with everybody who belongs to it. */
export interface MyFamilyRecord {
  child: OwnChild
  student: StudentRecord
  guardians: GuardianshipRecord[]
}

/** The families of my children: two queries, however many. */
export async function familiesOf(children: OwnChild[]): Promise<MyFamilyRecord[]> {
  const ids = children.map((it) => it.studentId)
  const [students, guardians] = await Promise.all([
    StudentModel.find({ _id: { $in: ids } }).lean<StudentRecord[]>(),
    GuardianshipModel.find({ studentId: { $in: ids }, to: null })
      .sort({ isPrimary: -1, joinedAt: -1, _id: 1 })
      .lean<GuardianshipRecord[]>(),
  ])
  return children.flatMap((child) => {
    const student = students.find((it) => String(it._id) === child.studentId)
    return student
      ? [{ child, student, guardians: guardians.filter((it) => it.studentId.equals(student._id)) }]
      : []
  })
}

/** The child itself and my own guardianship of it. */
export async function myBond(child: OwnChild) {
  const [family] = await familiesOf([child])
  const bond = family?.guardians.find((it) => String(it._id) === child.guardianshipId)
  if (!family || !bond) throw new Refusal('not_found', '没有找到这个孩子')
  return { student: family.student, bond }
}

/** The primary guardian names another who has joined. */
export async function handOver(child: OwnChild, guardianshipId: string, now: Date) {
  const { student, bond } = await myBond(child)
  if (!bond.isPrimary) throw new Refusal('forbidden', '只有主要联系人可以转交')
  const heir = (await inForce(student._id)).find((it) => String(it._id) === guardianshipId)
  if (!heir) throw new Refusal('not_found', '名单里没有这位家长')
  if (!heir.joinedAt) throw new Refusal('conflict', '这位家长还没有登录过，等他加入以后再转交')
  await keeping.setPrimary(student, heir, now, child.guardianshipId)
}

/** Leaves a child, or says that it never was theirs. */
export async function depart(child: OwnChild, notMine: boolean, now: Date, deps: Pick<Deps, 'fields'>) {
  const { student, bond } = await myBond(child)
  if (notMine) {
    const detail = `${bond.relation}说这不是自己的孩子`
    await record('match.reported', { unit: unitOf(student), studentIds: [child.studentId], detail }, now)
    await keeping.undo(student, bond, child.personId, now)
  } else await keeping.leave(student, bond, now)
  await tidyUp(student, deps)
}
