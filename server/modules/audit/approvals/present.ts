import type { ApprovalRequest, StandingApproval } from '#contract/audit'
import type { PostKind } from '#contract/posts'
import type { RequestRecord, StandingRecord } from './model.ts'
import { WAITING_MS } from './rules.ts'

export interface Names {
  person: (id: unknown) => string
  unit: (id: unknown) => string
}

export function presentRequest(
  it: RequestRecord,
  names: Names,
  reader: { personId: string; mayDecide: boolean },
  now: Date,
): ApprovalRequest {
  const status = statusOf(it, now)
  return {
    id: String(it._id),
    kind: it.kind,
    unitId: String(it.unitId),
    unitName: names.unit(it.unitId),
    askedBy: names.person(it.personId),
    post: (it.post as PostKind | null) ?? null,
    words: it.words,
    askedAt: it.askedAt.toISOString(),
    status,
    decidedBy: it.decidedBy ? names.person(it.decidedBy) : null,
    decidedAt: it.decidedAt?.toISOString() ?? null,
    answer: it.answer || null,
    validUntil: it.validUntil?.toISOString() ?? null,
    abilities: {
      decide: status === 'waiting' && reader.mayDecide && String(it.personId) !== reader.personId,
    },
  }
}

function statusOf(it: RequestRecord, now: Date): ApprovalRequest['status'] {
  if (it.status === 'waiting' && now.getTime() - it.askedAt.getTime() > WAITING_MS) return 'expired'
  if (it.status === 'approved' && it.validUntil && it.validUntil <= now) return 'expired'
  return it.status
}

export const presentStanding = (it: StandingRecord, names: Names): StandingApproval => ({
  id: String(it._id),
  post: it.post as PostKind,
  names: it.names ?? null,
  exports: it.exports ?? null,
  words: it.words,
  givenBy: it.givenBy ? names.person(it.givenBy) : null,
  from: it.from.toISOString(),
})
