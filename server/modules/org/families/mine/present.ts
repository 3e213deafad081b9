import type { MyFamily, MyGuardian } from '#contract/families'
import type { InvitationRecord } from '../invitations/model.ts'
import type { GuardianshipRecord } from '../model.ts'
import { MOST_GUARDIANS } from '../rules.ts'
import type { MyFamilyRecord } from './service.ts'

export function presentMyFamily(
  { child, student, guardians }: MyFamilyRecord,
  place: { className: string; schoolName: string },
  invitation: InvitationRecord | undefined,
): MyFamily {
  const mine = guardians.find((it) => String(it._id) === child.guardianshipId)
  const isPrimary = mine?.isPrimary ?? false
  const others = guardians.filter((it) => it !== mine && it.joinedAt)
  return {
    studentId: child.studentId,
    studentName: child.studentName,
    ...place,
    guardians: guardians.map((it) => presentGuardian(it, child, isPrimary)),
    marks: {
      isBoarding: student.isBoarding ?? false,
      isLeftBehind: student.isLeftBehind ?? false,
      dailyCarer: student.dailyCarer ?? '',
    },
    invitation: invitation ? { code: invitation.code, expiresAt: invitation.expiresAt.toISOString() } : null,
    abilities: {
      invite: guardians.length < MOST_GUARDIANS,
      leave: !isPrimary || others.length === 0,
    },
  }
}

function presentGuardian(
  bond: GuardianshipRecord,
  child: MyFamilyRecord['child'],
  iAmPrimary: boolean,
): MyGuardian {
  const isMe = String(bond._id) === child.guardianshipId
  const hasJoined = Boolean(bond.joinedAt)
  return {
    guardianshipId: String(bond._id),
    calling: `${child.studentName}${bond.relation}`,
    name: bond.name,
    relation: bond.relation,
    isPrimary: bond.isPrimary,
    isMe,
    hasJoined,
    abilities: { makePrimary: iAmPrimary && !isMe && hasJoined, report: !isMe },
  }
}
