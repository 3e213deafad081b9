import { Types } from 'mongoose'
import { JoinModel } from '../model.ts'

/**
 * The requests through which a person came to a child leave their list, and one that still waits is withdrawn. Joins the
 * transaction it is called in; answers their ids.
 */
export async function forgetJoins(
  { personId, studentId }: { personId: string; studentId: string },
  { name, classId }: { name: string; classId: Types.ObjectId },
) {
  const about = {
    personId: new Types.ObjectId(personId),
    $or: [{ studentId: new Types.ObjectId(studentId) }, { studentName: name, classId }],
  }
  const joins = await JoinModel.find(about, { _id: 1 }).lean<{ _id: Types.ObjectId }[]>()
  await JoinModel.updateMany({ ...about, status: 'waiting' }, { status: 'withdrawn' })
  await JoinModel.updateMany(about, { isHidden: true })
  return joins.map((it) => String(it._id))
}
