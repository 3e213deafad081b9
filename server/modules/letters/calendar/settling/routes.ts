import type Router from '@koa/router'
import * as api from '#contract/letter-nodes'
import { serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { unitScope } from '../../../org/policy.ts'
import { isKeeper, ownLetter } from '../../policy.ts'
import { letterFor } from '../../reading/service.ts'
import { expiredOf, restore } from '../expired/service.ts'
import { presentExpired } from '../expired/present.ts'
import { settle } from './service.ts'

/** What becomes of letters whose node has moved or is over. */
export function letterNodeRoutes(router: Router, { clock }: Deps) {
  serve(router, api.settleNodeMove, async ({ actor, letterId, take, seen }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await settle(own, { take, seen }, clock.now()), own.scope, actor)
  })

  serve(router, api.listExpiredDrafts, async ({ actor, unitId, after }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const { drafts, next } = await expiredOf(scope, { after, isKeeper: isKeeper(actor, unitId) })
    return { drafts: drafts.map(presentExpired), next }
  })

  serve(router, api.restoreDraft, async ({ actor, letterId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await restore(own, actor), own.scope, actor)
  })
}
