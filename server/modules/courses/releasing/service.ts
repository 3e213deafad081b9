import type { UnitScope } from '../../org/policy.ts'
import { within } from '../../org/tree/rules.ts'
import { AttemptModel } from '../exams/model.ts'

const waitingIn = (scope: UnitScope, programmeCode: string, awaits: 'school' | 'evidence') => ({
  awaits,
  programmeCode,
  path: within(scope.path),
})

/** Who waits for the school's word in a unit, and how far the issue of those released has come. */
export async function releaseIn(scope: UnitScope<'seeFigures'>, programmeCode: string) {
  const [waiting, awaitingEvidence, issuing] = await Promise.all([
    AttemptModel.countDocuments(waitingIn(scope, programmeCode, 'school')),
    AttemptModel.countDocuments(waitingIn(scope, programmeCode, 'evidence')),
    AttemptModel.countDocuments({
      status: 'passed',
      certificateId: null,
      awaits: null,
      programmeCode,
      path: within(scope.path),
    }),
  ])
  return { waiting, awaitingEvidence, issuing, abilities: { release: scope.may('revokeCertificates') } }
}

/** Gives the school's word for all who have met the rule; the queue of what is passed then issues them, whatever crashes. */
export const release = (scope: UnitScope<'revokeCertificates'>, programmeCode: string, now: Date) =>
  AttemptModel.updateMany(waitingIn(scope, programmeCode, 'school'), { awaits: null, releasedAt: now })
