import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { JoinModel } from '../../joins/model.ts'
import { part, tidyUp } from '../departure/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'

const MOST = 100

/**
 * Every guardianship of a person, also those that have ended, with the child. For the person's own eyes: without children they were
 * kept apart from, by a court or because they never were theirs.
 */
export const ownBondsOf = async (personId: string) =>
  (await bondsOf(personId)).filter(({ bond }) => !bond.endedBecause || bond.endedBecause === 'left')

/** All of them. */
export async function bondsOf(personId: string) {
  const bonds = await GuardianshipModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ _id: 1 })
    .limit(MOST)
    .lean<GuardianshipRecord[]>()
  const students = await StudentModel.find({ _id: { $in: bonds.map((it) => it.studentId) } }).lean<
    StudentRecord[]
  >()
  return bonds.flatMap((bond) => {
    const student = students.find((it) => it._id.equals(bond.studentId))
    return student ? [{ bond, student }] : []
  })
}

/**
 * A person goes: they leave each child as somebody who leaves by themselves would, and their name and phone go from the
 * list. Begun again after a crash it goes on where it stopped.
 */
export async function forgetGuardian(personId: string, now: Date, deps: Pick<Deps, 'fields'>) {
  for (const { bond, student } of await bondsOf(personId)) {
    if (!bond.to) {
      await GuardianshipModel.db.transaction(() => part({ student, bond, because: 'left' }, now))
      await tidyUp(student, deps)
    }
    await GuardianshipModel.updateOne(
      { _id: bond._id },
      { $set: { name: '', phone: null }, $unset: { phoneIndex: 1, personId: 1 } },
    )
  }
  await JoinModel.deleteMany({ personId: new Types.ObjectId(personId) })
}
