import { Types } from 'mongoose'
import type { GuardianshipRecord, StudentRecord } from '../../../org/families/model.ts'
import { checkInsOf } from '../../attendance/service.ts'
import { ActivityModel, type ActivityRecord } from '../activities/model.ts'
import { LecturerModel, type LecturerRecord } from '../lecturers/model.ts'
import { RatingModel, type RatingRecord } from '../ratings/model.ts'

const MOST = 2000

interface Bond {
  bond: Pick<GuardianshipRecord, 'relation' | 'to'>
  student: Pick<StudentRecord, '_id' | 'name' | 'memberships'>
}

/** What is kept of a parent at the activities of parent schools: where they checked in, and the stars they gave. */
export async function activitiesOfPerson(personId: string, bonds: readonly Bond[]) {
  const [marks, ratings] = await Promise.all([
    Promise.all(bonds.map(ownMarks)),
    RatingModel.find({ personId: new Types.ObjectId(personId) })
      .limit(MOST)
      .lean<RatingRecord[]>(),
  ])
  const all = marks.flat()
  const [activities, lecturers] = await Promise.all([
    ActivityModel.find(
      { _id: { $in: [...all.map((it) => it.eventId), ...ratings.map((it) => it.activityId)] } },
      { title: 1 },
    ).lean<Pick<ActivityRecord, '_id' | 'title'>[]>(),
    LecturerModel.find({ _id: { $in: ratings.map((it) => it.lecturerId) } }, { name: 1 }).lean<
      Pick<LecturerRecord, '_id' | 'name'>[]
    >(),
  ])
  const titles = new Map(activities.map((it) => [String(it._id), it.title]))
  const names = new Map(lecturers.map((it) => [String(it._id), it.name]))
  return {
    // The sheets of live classes are told of by their seats.
    checkIns: all.flatMap(({ eventId, at, child }) => {
      const title = titles.get(String(eventId))
      return title === undefined ? [] : [{ title, at, child }]
    }),
    ratings: ratings.map(({ activityId, lecturerId, stars }) => ({
      title: titles.get(String(activityId)) ?? '一场活动',
      lecturer: names.get(String(lecturerId)) ?? '讲师',
      stars,
    })),
  }
}

/** A family's marks say who of it came; those of the others are not this parent's own, nor what came after they left. */
async function ownMarks({ bond, student }: Bond) {
  const marks = await checkInsOf(
    String(student._id),
    student.memberships.map((it) => it.classId),
  )
  return marks
    .filter((it) => it.relation === bond.relation && (!bond.to || it.at < bond.to))
    .map(({ eventId, at }) => ({ eventId, at, child: student.name }))
}
