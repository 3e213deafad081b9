import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import type { OwnLetter } from '../../policy.ts'
import { transition } from '../../service.ts'
import { moveOf } from '../rules.ts'
import { nodeAt } from '../service.ts'

const PAGE = 20

export type Expired = Pick<LetterRecord, '_id' | 'title' | 'authorName' | 'node'> & { expiredAt: Date }

/** A page of the drafts that a unit has put away, the last first. */
export async function expiredOf(
  scope: UnitScope<'writeLetters'>,
  { after, isKeeper }: { after: string | undefined; isKeeper: boolean },
) {
  const [at = '', id = ''] = after?.split('~') ?? []
  const before = after && [
    { expiredAt: { $lt: new Date(Number(at)) } },
    { expiredAt: new Date(Number(at)), _id: { $lt: new Types.ObjectId(id) } },
  ]
  const found = await LetterModel.find(
    {
      unitId: new Types.ObjectId(scope.unitId),
      status: 'expired',
      ...(!isKeeper && { isPrivate: { $ne: true } }),
      ...(before && { $or: before }),
    },
    { title: 1, authorName: 1, node: 1, expiredAt: 1 },
  )
    .sort({ expiredAt: -1, _id: -1 })
    .limit(PAGE + 1)
    .lean<Expired[]>()
  const drafts = found.slice(0, PAGE)
  const last = drafts.at(-1)
  const hasMore = found.length > PAGE && last
  return { drafts, next: hasMore ? `${last.expiredAt.getTime()}~${String(last._id)}` : null }
}

/** From here on it is whoever took it up again's: the calendar no longer puts it away. */
export async function restore({ letter }: OwnLetter, { personId, name }: StaffActor): Promise<LetterRecord> {
  const author = { authorId: new Types.ObjectId(personId), authorName: name }
  const change = {
    $set: { status: 'draft', nodeDays: await daysNow(letter), ...author },
    $unset: { expiredAt: 1 },
  }
  return transition(letter._id, 'expired', change, '这份草稿已经恢复了')
}

/** The days of its node as they are: what was missed meanwhile is no news. */
async function daysNow({ path, node }: LetterRecord) {
  if (!node) return null
  const found = await nodeAt(path, node.year, node.code).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not_found') return null
    throw error
  })
  return found ? moveOf(found) : null
}
