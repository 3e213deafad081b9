import type Router from '@koa/router'
import * as api from '#contract/letter-life'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { letterWithin, ownLetter } from '../policy.ts'
import { letterFor } from '../reading/service.ts'
import { keepForward, takeCorrection } from './fates/service.ts'
import * as forwards from './service.ts'

export function forwardRoutes(router: Router, { clock }: Deps) {
  serve(router, api.copyLetter, async ({ actor, letterId, unitId, requestId }) => {
    const proof = await letterWithin(actor, letterId, unitId, 'writeLetters')
    return letterFor(await forwards.copyLetter(proof, actor, { requestId }), proof.scope, actor)
  })

  serve(router, api.forwardLetter, async ({ actor, letterId, unitId, requestId, preface }) => {
    const proof = await letterWithin(actor, letterId, unitId, 'writeLetters')
    const draft = await forwards.forwardLetter(proof, actor, { requestId, preface }, clock.now())
    return letterFor(draft, proof.scope, actor)
  })

  serve(router, api.keepForward, async ({ actor, letterId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await keepForward(own, clock.now()), own.scope, actor)
  })

  serve(router, api.takeCorrection, async ({ actor, letterId, requestId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await takeCorrection(own, requestId, actor), own.scope, actor)
  })

  serve(router, api.listForwards, async ({ actor, letterId, unitId, after }) => {
    const proof = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const { forwards: found, ...counts } = await forwards.forwardsWithin(proof, after)
    return {
      ...counts,
      forwards: found.map(({ letter, tally }) => ({
        letterId: String(letter._id),
        unitId: String(letter.unitId),
        unitName: letter.unitName,
        isWithdrawn: letter.status === 'withdrawn',
        sentAt: (letter.sentAt ?? clock.now()).toISOString(),
        confirmation: letter.confirmation,
        tally,
      })),
    }
  })
}
