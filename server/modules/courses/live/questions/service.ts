import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import { QuestionModel, type QuestionRecord } from '../model.ts'
import type { ChildsLive, OwnLive } from '../policy.ts'

/** Nobody asks more in one class. */
const MOST_EACH = 10
const MOST_SHOWN = 100
const MOST_LISTED = 500

/** Puts a question; the same request again changes nothing. */
export async function ask({ live, child }: ChildsLive, said: { requestId: string; text: string }, now: Date) {
  if (live.status === 'ended' || live.status === 'cancelled')
    throw new Refusal('conflict', '课已经结束了，不能再提问')
  const personId = new Types.ObjectId(child.personId)
  const key = { liveId: live._id, personId, requestId: said.requestId }
  const isNew = !(await QuestionModel.exists(key))
  if (isNew && (await QuestionModel.countDocuments({ liveId: live._id, personId })) >= MOST_EACH) {
    throw new Refusal('conflict', `一堂课最多提${MOST_EACH}个问题，先听老师讲吧`)
  }
  await QuestionModel.updateOne(
    key,
    {
      $setOnInsert: {
        asker: `${child.studentName}${child.relation}`,
        path: child.path,
        text: said.text,
        askedAt: now,
      },
    },
    { upsert: true },
  )
}

/** What a parent sees: those that were shown, and their own. */
export async function questionsFor({ live, child }: ChildsLive) {
  const personId = new Types.ObjectId(child.personId)
  const [shown, mine] = await Promise.all([
    QuestionModel.find({ liveId: live._id, status: 'shown' })
      .sort({ askedAt: -1 })
      .limit(MOST_SHOWN)
      .lean<QuestionRecord[]>(),
    QuestionModel.find({ liveId: live._id, personId }).limit(MOST_EACH).lean<QuestionRecord[]>(),
  ])
  const own = new Set(mine.map((it) => String(it._id)))
  return [...mine, ...shown.filter((it) => !own.has(String(it._id)))]
    .sort((a, b) => b.askedAt.getTime() - a.askedAt.getTime())
    .map((question) => ({ question, isMine: own.has(String(question._id)) }))
}

/** All of a class, what waits first, in the order they came. */
export async function questionsOf({ live }: Pick<OwnLive, 'live'>) {
  const all = await QuestionModel.find({ liveId: live._id })
    .sort({ status: -1, askedAt: 1 })
    .limit(MOST_LISTED)
    .lean<QuestionRecord[]>()
  return all
}

export const countWaiting = (liveId: Types.ObjectId) =>
  QuestionModel.countDocuments({ liveId, status: 'waiting' })

/** Shows a question to all or puts it away, and answers it. */
export async function settle(
  { live }: OwnLive,
  questionId: string,
  { isShown, answer }: { isShown: boolean; answer?: string },
) {
  const { matchedCount } = await QuestionModel.updateOne(
    { _id: questionId, liveId: live._id },
    { status: isShown ? 'shown' : 'hidden', ...(answer !== undefined && { answer: answer || null }) },
  )
  if (matchedCount === 0) throw new Refusal('not_found', '没有这个提问')
}
