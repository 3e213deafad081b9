import { Types } from 'mongoose'
import { noteTraining } from '../../accounts/trainings/service.ts'
import { journey } from '../journeys/service.ts'
import type { Learner } from '../policy.ts'
import { EnrolmentModel } from '../programmes/model.ts'

/**
 * Notes that a person has nothing left to do in a programme, if that is so: called after whatever may have been the last
 * step. A second time changes nothing; what a crash left out is made up by the next step or by repeating the last.
 */
export async function noteIfFinished(learner: Learner, code: string, now: Date) {
  const own = await journey(learner, code, [], now)
  if (!own.isFinished || !own.enrolment) return
  const key = { personId: new Types.ObjectId(learner.personId), programmeCode: code }
  if (learner.audience === 'staff') {
    await noteTraining(learner.personId, { code, since: own.enrolment.startedAt }, now)
  }
  await EnrolmentModel.updateOne({ ...key, finishedAt: null }, { finishedAt: now })
}
