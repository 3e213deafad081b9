import { Refusal } from '../../../../http/errors.ts'
import { type Journey, journey } from '../../journeys/service.ts'
import type { Learner } from '../../policy.ts'
import { EnrolmentModel, type EnrolmentRecord, type ProgrammeRecord } from '../../programmes/model.ts'
import { WatchModel } from '../../watch/model.ts'

/**
 * Begins a finished course anew in a later school year, in the latest version: what was finished is noted and its exams
 * are kept, and every lesson is learned again. Pressed twice, it is begun once.
 */
export async function begin(learner: Learner, code: string, now: Date) {
  const own = await journey(learner, code, [], now)
  if (own.again && own.enrolment) return start(own.enrolment, own.again, own.lessonsDone, now)
  if (own.isFinished) throw new Refusal('conflict', whyNot(own))
  if (!own.enrolment?.earlier?.length) {
    throw new Refusal('conflict', '这门课程还没有学完，接着学就可以')
  }
}

function whyNot({ programme, enrolment }: Journey) {
  if (programme.givesCertificate !== false) return '这门课程有绿证，到期前续证就可以'
  return enrolment?.finishedAt ? '这门课程本学年已经学过，或者已经不再开设' : '这门课程刚刚学完，请刷新后再看'
}

async function start(
  { personId, programmeCode, programmeId, startedAt, finishedAt }: EnrolmentRecord,
  latest: ProgrammeRecord,
  lessonsDone: number,
  now: Date,
) {
  await EnrolmentModel.db.transaction(async () => {
    const { matchedCount } = await EnrolmentModel.updateOne(
      { personId, programmeCode, startedAt, finishedAt },
      {
        $set: { programmeId: latest._id, startedAt: now, finishedAt: null },
        $push: { earlier: { programmeId, startedAt, finishedAt, lessonsDone } },
      },
    )
    // Begun by the same tap a moment earlier: what was learned since then stays.
    if (matchedCount === 0) return
    await WatchModel.deleteMany({ personId, programmeId: latest._id })
  })
}
