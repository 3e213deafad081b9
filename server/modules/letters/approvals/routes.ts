import type Router from '@koa/router'
import * as api from '#contract/letter-life'
import { Refusal } from '../../../http/errors.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import { isKeeper, ownLetter } from '../policy.ts'
import { presentLine, presentSubmitted } from '../present.ts'
import { letterFor } from '../reading/service.ts'
import { rescheduleLetter, scheduledOf } from '../scheduling/service.ts'
import { deliverSmall } from '../sending/service.ts'
import { letterToDecide } from './policy.ts'
import { takeUp } from '../calendar/taking/service.ts'
import * as approvals from './service.ts'

export function letterApprovalRoutes(router: Router, { clock }: Deps) {
  serve(router, api.readLetterSettings, async ({ actor, unitId }) =>
    approvals.settingsOf(await unitScope(actor, unitId, 'writeLetters')),
  )

  serve(router, api.setLetterSettings, async ({ actor, unitId, asksApproval }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    await approvals.setSettings(scope, asksApproval, clock.now())
    return approvals.settingsOf(scope)
  })

  serve(router, api.readWritingRules, async ({ actor, unitId }) => {
    const { path } = await unitScope(actor, unitId, 'writeLetters')
    const [letter, notice] = await Promise.all(
      (['letter', 'notice'] as const).map((kind) => approvals.approverNameOf({ path, kind })),
    )
    return { letter: letter ?? null, notice: notice ?? null }
  })

  serve(router, api.listScheduledLetters, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const planned = await scheduledOf(scope, isKeeper(actor, unitId))
    return { letters: planned.map((it) => presentLine(it, null)) }
  })

  serve(router, api.rescheduleLetter, async ({ actor, letterId, sendAt }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await rescheduleLetter(own, new Date(sendAt), clock.now()), own.scope, actor)
  })

  serve(router, api.submitLetter, async ({ actor, letterId, thenSend }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    const then = thenSend ? { at: thenSend.at ? new Date(thenSend.at) : null } : null
    return letterFor(await approvals.submit(own, actor, then, clock.now()), own.scope, actor)
  })

  serve(router, api.recallLetter, async ({ actor, letterId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await approvals.recall(own), own.scope, actor)
  })

  serve(router, api.listSubmittedLetters, async ({ actor, unitId }) => {
    const waiting = await approvals.waitingFor(await unitScope(actor, unitId, 'writeLetters'))
    return { letters: waiting.flatMap((it) => presentSubmitted(it, actor.personId) ?? []) }
  })

  serve(router, api.decideLetter, async ({ actor, caller: _, letterId, ...said }) => {
    const proof = await letterToDecide(actor, letterId)
    const decided = await approvals.decide(proof, said, clock.now())
    const own = await ownLetter(actor, letterId)
    return letterFor(await deliverSmall(decided), own.scope, actor)
  })

  serve(router, api.approveLetters, async ({ actor, unitId, letters }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const approved: string[] = []
    // One after the other: each is a decision of its own, with its line in the log.
    for (const { letterId, hash } of letters) {
      const proof = await letterToDecide(actor, letterId).catch(unlessDenied)
      if (!proof || String(proof.letter.approval?.approverId) !== scope.unitId) continue
      const decided = await approvals.decide(proof, { hash, approve: true }, clock.now()).catch(unlessDenied)
      if (!decided) continue
      await deliverSmall(decided)
      approved.push(letterId)
    }
    return { approved }
  })
}

const unlessDenied = (error: unknown) => {
  if (error instanceof Refusal) return null
  throw error
}
