import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as accounts from '../../../accounts/service.ts'
import { hideChild } from '../../../certificates/service.ts'
import { forgetJoined } from '../../../letters/latecomers/service.ts'
import { weighFamily } from '../../../letters/sheets/weighing/service.ts'
import { withholdWords } from '../../../letters/threads/personal/service.ts'
import { voidReceipts, withholdSignatures } from '../../../letters/voiding/service.ts'
import { announceRelease } from '../../../meetings/messages/service.ts'
import { hideCalls, releaseCalls } from '../../../meetings/withholding/service.ts'
import { forgetChild } from '../../../notify/service.ts'
import { forgetJoins } from '../../joins/traces/service.ts'
import { givePrimary, inForce, takeTurns } from '../admission/service.ts'
import { dropInvitations } from '../invitations/traces/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../model.ts'
import { refreshKeys } from '../search/service.ts'

/** Why a guardian and a child part: by themselves, because they never belonged together, or by order of a court. */
export type Because = 'left' | 'mismatch' | 'barred'

export interface Parting {
  student: StudentRecord
  bond: GuardianshipRecord
  because: Because
}

/**
 * Ends a guardianship and everything that hung on it, inside the transaction of whoever decided it. Who only leaves keeps
 * what they did; a stranger's receipts are void; and to both a stranger and a barred guardian nothing of the child is left.
 */
export async function part({ student, bond, because }: Parting, now: Date) {
  const personId = bond.personId ? String(bond.personId) : null
  await takeTurns(student._id, personId)
  const { matchedCount } = await GuardianshipModel.updateOne(
    { _id: bond._id, to: null },
    { to: now, endedBecause: because, isPrimary: false },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这位家长已经不在名单里了')
  await givePrimary(student._id)
  const isLeftAlone = !(await inForce(student._id)).some((it) => it.joinedAt)
  if (isLeftAlone) await StudentModel.updateOne({ _id: student._id }, { activatedAt: null })
  if (personId) await unravel({ student, personId, because, isLeftAlone }, now)
}

interface Unravelled {
  student: StudentRecord
  personId: string
  because: Because
  isLeftAlone: boolean
}

async function unravel({ student, personId, because, isLeftAlone }: Unravelled, now: Date) {
  const pair = { studentId: String(student._id), personId }
  await dropInvitations(pair, now)
  await forgetJoined(student._id, personId)
  const released = await releaseCalls(pair, now)
  for (const slot of released) {
    const teacher = (await accounts.namesOf([String(slot.teacherId)])).get(String(slot.teacherId)) ?? ''
    await announceRelease(slot, teacher, now)
  }
  const calls = because === 'left' ? released.map((it) => String(it.booking?._id)) : await hideCalls(pair)
  const joins = await forgetJoins(pair, student)
  const subjects = [...calls.map((it) => `call-${it}`), ...joins.map((it) => `join-${it}`)]
  await forgetChild(personId, pair.studentId, subjects)
  const paths = [student.path, ...student.memberships.map((it) => it.path)]
  if (because !== 'left') {
    await hideChild(personId, student, true)
    await withholdWords(student._id, new Types.ObjectId(personId), true)
    if (because === 'barred') await withholdSignatures(student._id, new Types.ObjectId(personId), true)
    else await voidReceipts({ ...pair, paths, isLeftAlone }, now)
  }
  // Letters that ask each guardian wait for this one no longer.
  await weighFamily(pair.studentId, paths, now)
}

/** After the transaction: what the family is found by, without the phone that has gone. */
export const tidyUp = (student: StudentRecord, deps: Pick<Deps, 'fields'>) => refreshKeys([student._id], deps)
