import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { blankMessages } from '../../../notify/personal/service.ts'
import { JoinModel } from '../../joins/model.ts'
import { BarModel } from '../bars/model.ts'
import { part, tidyUp } from '../departure/service.ts'
import { InvitationModel } from '../invitations/model.ts'
import { subjectsAbout } from '../messages/service.ts'
import {
  FamilyTurnModel,
  GuardianshipModel,
  type GuardianshipRecord,
  StudentModel,
  type StudentRecord,
} from '../model.ts'
import { ReportModel } from '../reports/model.ts'

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
 * list, from what they asked for and from what others were told of it. Begun again after a crash it goes on where it stopped.
 */
export async function forgetGuardian(personId: string, now: Date, deps: Pick<Deps, 'fields'>) {
  const mine = { personId: new Types.ObjectId(personId) }
  for (const { bond, student } of await bondsOf(personId)) {
    if (!bond.to) {
      await GuardianshipModel.db.transaction(() => part({ student, bond, because: 'left' }, now))
      await tidyUp(student, deps)
    }
    await forgetTraces(bond, mine.personId)
    await GuardianshipModel.updateOne(
      { _id: bond._id },
      { $set: { name: '', phone: null }, $unset: { phoneIndex: 1, personId: 1 } },
    )
  }
  const joins = await JoinModel.find(mine, { _id: 1 }).lean()
  await blankMessages(joins.map((it) => `join-${String(it._id)}`))
  await JoinModel.deleteMany(mine)
  // One in force is the court's or the school's: without it the same phone would lead back to the child.
  await BarModel.updateMany(
    { ...mine, status: { $in: ['lifted', 'dismissed'] } },
    { $set: { name: '' }, $unset: { personId: 1, phoneIndex: 1 } },
  )
  await FamilyTurnModel.deleteOne({ _id: `person:${personId}` })
}

async function forgetTraces({ _id, studentId }: GuardianshipRecord, personId: Types.ObjectId) {
  await blankMessages(subjectsAbout(_id))
  await ReportModel.deleteMany({ studentId, $or: [{ guardianshipId: _id }, { reportedBy: personId }] })
  await InvitationModel.deleteMany({ studentId, invitedBy: personId })
}
