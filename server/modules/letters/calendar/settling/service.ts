import { Refusal } from '../../../../http/errors.ts'
import { approvalHash } from '../../approvals/rules.ts'
import type { LetterRecord } from '../../model.ts'
import type { OwnLetter } from '../../policy.ts'
import { obstacle } from '../../rules.ts'
import { transition } from '../../service.ts'
import { withNewDays } from '../following/rules.ts'
import type { NodeMove } from '../model.ts'
import { moveOf } from '../rules.ts'
import { nodeAt, templateOf } from '../service.ts'
import { takenBy } from './rules.ts'

const AGAIN = '这个节点又改过了，或有人已经处理，请刷新后再看'

/** A letter follows its node, or stays as it is; once, and about the days that were looked at. */
export async function settle(
  { letter }: OwnLetter,
  { take, seen }: { take: boolean; seen: NodeMove },
  now: Date,
): Promise<LetterRecord> {
  const { nodeDays, status } = letter
  const move = nodeDays?.move
  if (status !== 'draft' && status !== 'scheduled') throw new Refusal('conflict', '这封信已经发出或收起了')
  if (!move || JSON.stringify(moveOf(move)) !== JSON.stringify(moveOf(seen)))
    throw new Refusal('conflict', AGAIN)
  const asSeen = { 'nodeDays.move': move, updatedAt: letter.updatedAt }
  const settled = { nodeDays: moveOf(move) }
  if (!take) return transition(letter._id, status, { $set: settled }, AGAIN, asSeen)
  const change = move.isOff
    ? { status: 'expired', expiredAt: now, sendAt: null, approval: null }
    : await following(letter, move, now)
  return transition(
    letter._id,
    status,
    { $set: { ...settled, ...change }, $inc: { revision: 1 } },
    AGAIN,
    asSeen,
  )
}

/** The days of a letter that follows its node. What waits for its hour has to be able to go then. */
async function following(letter: LetterRecord, { from, to }: NodeMove, now: Date) {
  const { nodeDays, node } = letter
  const { status } = await nodeAt(letter.path, node?.year ?? 0, node?.code ?? '')
  const { dueOn, sendAt } = takenBy(letter)
  const template = templateOf(node?.template ?? '')
  const blanks =
    nodeDays && withNewDays(letter.blanks ?? [], nodeDays, { from, to, isOff: false, status }, template)
  const change = { dueOn, ...(letter.blanks && { blanks }), ...(sendAt && { sendAt }) }
  const next = { ...letter, ...change } as LetterRecord
  const isSeenAnew = letter.approval && approvalHash(next) !== letter.approval.hash
  if (!sendAt) return { ...change, ...(isSeenAnew && { approval: null }) }
  if (sendAt <= now) throw new Refusal('conflict', '照新日期算，发送时间已经过了，请取消定时，再选时间')
  if (isSeenAnew) throw new Refusal('conflict', '这封信是审核通过的，改日期要先取消定时，改好再提交审核')
  const problem = obstacle(next, sendAt, now)
  if (problem) throw new Refusal('conflict', problem)
  return change
}
