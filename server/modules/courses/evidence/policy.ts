import type { Types } from 'mongoose'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { type EvidenceRecord, type GatheringRecord } from './model.ts'
import { findEvidence, findGathering } from './service.ts'

declare const proven: unique symbol

/** A gathering of a unit where this member of staff looks after evidence. */
export type OwnGathering = Readonly<{ gathering: GatheringRecord; scope: UnitScope<'decideEvidence'> }> & {
  readonly [proven]: 'OwnGathering'
}
/** A piece of evidence from a class this member of staff decides for. */
export type OwnEvidence = Readonly<{ evidence: EvidenceRecord; scope: UnitScope<'decideEvidence'> }> & {
  readonly [proven]: 'OwnEvidence'
}

export async function ownGathering(actor: StaffActor, gatheringId: string): Promise<OwnGathering> {
  const gathering = await findGathering(gatheringId)
  const scope = await scopeOf(actor, gathering?.unitId, '没有这次签到')
  return { gathering, scope } as unknown as OwnGathering
}

export async function ownEvidence(actor: StaffActor, evidenceId: string): Promise<OwnEvidence> {
  const evidence = await findEvidence(evidenceId)
  const scope = await scopeOf(actor, evidence?.unitIds.at(-1), '没有这份证明')
  return { evidence, scope } as unknown as OwnEvidence
}

async function scopeOf(actor: StaffActor, unitId: Types.ObjectId | undefined, none: string) {
  if (!unitId) throw new Refusal('not_found', none)
  return unitScope(actor, String(unitId), 'decideEvidence').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? new Refusal('not_found', none) : error
  })
}
