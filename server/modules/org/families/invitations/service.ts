import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { OwnChild } from '../../policy.ts'
import { admit, inForce, takeTurns } from '../admission/service.ts'
import { isBarred, type Known } from '../bars/service.ts'
import { StudentModel, type StudentRecord } from '../model.ts'
import { MOST_GUARDIANS } from '../rules.ts'
import { InvitationModel, type InvitationRecord } from './model.ts'
import { mintInvitation, VALID_MS } from './rules.ts'

const gone = () => new Refusal('not_found', '这个邀请已经失效，请家人重新发一个')

const openOf = (child: OwnChild) => ({
  studentId: new Types.ObjectId(child.studentId),
  invitedBy: new Types.ObjectId(child.personId),
  usedAt: null,
  withdrawnAt: null,
})

/** The code a guardian may hand to one other: the one that is still open, else a new one. */
export async function invite(child: OwnChild, now: Date): Promise<InvitationRecord> {
  const open = openOf(child)
  if ((await inForce(open.studentId)).length >= MOST_GUARDIANS) {
    throw new Refusal('conflict', `一个孩子最多登记${MOST_GUARDIANS}位家长，不能再邀请了`)
  }
  await InvitationModel.updateOne({ ...open, expiresAt: { $lte: now } }, { withdrawnAt: now })
  const fresh = { code: mintInvitation(), inviterRelation: child.relation, at: now }
  const make = () =>
    InvitationModel.findOneAndUpdate(
      open,
      { $setOnInsert: { ...fresh, expiresAt: new Date(now.getTime() + VALID_MS) } },
      { upsert: true, returnDocument: 'after' },
    ).lean<InvitationRecord>()
  return make().catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error
    return make() // pressed twice at the same moment: the other one is there now
  })
}

/** What I have given out that still opens, by child. */
export async function openInvitationsOf(personId: string, now: Date) {
  const open = await InvitationModel.find({
    invitedBy: new Types.ObjectId(personId),
    usedAt: null,
    withdrawnAt: null,
    expiresAt: { $gt: now },
  }).lean<InvitationRecord[]>()
  return new Map(open.map((it) => [String(it.studentId), it]))
}

export async function withdraw(child: OwnChild, now: Date) {
  const { matchedCount } = await InvitationModel.updateOne(openOf(child), { withdrawnAt: now })
  if (matchedCount === 0) throw new Refusal('not_found', '没有可以收回的邀请')
}

/** An invitation that still opens, with the child it leads to. To whom it may not lead, it is simply gone. */
export async function findOpen(code: string, who: Known, now: Date) {
  const invitation = await InvitationModel.findOne({
    code,
    usedAt: null,
    withdrawnAt: null,
    expiresAt: { $gt: now },
  }).lean<InvitationRecord>()
  const student =
    invitation &&
    (await StudentModel.findOne({ _id: invitation.studentId, leftAt: null }).lean<StudentRecord>())
  if (!invitation || !student || (await isBarred(student._id, who))) throw gone()
  return { invitation, student }
}

export interface Invited {
  personId: string
  name: string
  relation: string
  phone: string | null
  phoneIndex: string | null
}

/** The invited one is in at once, and the code opens nothing more: together or not at all. */
export async function accept(code: string, who: Invited, now: Date) {
  const used = await usedBy(code, who.personId)
  if (used) return used
  const { invitation, student } = await findOpen(code, who, now)
  const invitedBy = String(invitation.invitedBy)
  if (invitedBy === who.personId) throw new Refusal('invalid', '这是您发出的邀请，请发给家人打开')
  const bond = await InvitationModel.db.transaction(async () => {
    await takeTurns(student._id, who.personId)
    const inviter = (await inForce(student._id)).find(
      (it) => it.personId && String(it.personId) === invitedBy,
    )
    if (!inviter) throw gone()
    const { matchedCount } = await InvitationModel.updateOne(
      { _id: invitation._id, usedAt: null, withdrawnAt: null },
      { usedAt: now, usedBy: new Types.ObjectId(who.personId) },
    )
    if (matchedCount === 0) throw gone()
    return admit({ student, ...who, cameBy: 'invitation', invitedBy, whenBarred: gone() }, now)
  })
  return { bond, student, isNew: true }
}

/** Pressed twice, or the first answer was lost: the one who used the code is in already. */
async function usedBy(code: string, personId: string) {
  const invitation = await InvitationModel.findOne({
    code,
    usedBy: new Types.ObjectId(personId),
  }).lean<InvitationRecord>()
  const bonds = invitation ? await inForce(invitation.studentId) : []
  const bond = bonds.find((it) => it.personId && String(it.personId) === personId)
  const student = bond && (await StudentModel.findById(bond.studentId).lean<StudentRecord>())
  return bond && student ? { bond, student, isNew: false } : null
}
