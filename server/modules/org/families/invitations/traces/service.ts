import { Types } from 'mongoose'
import { InvitationModel } from '../model.ts'

/** The invitations of somebody who is no guardian of the child any more open nothing. */
export const dropInvitations = (
  { personId, studentId }: { personId: string; studentId: string },
  now: Date,
) =>
  InvitationModel.updateMany(
    {
      studentId: new Types.ObjectId(studentId),
      invitedBy: new Types.ObjectId(personId),
      usedAt: null,
      withdrawnAt: null,
    },
    { withdrawnAt: now },
  )
