import type Router from '@koa/router'
import { listDuties } from '#contract/home'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import { dutiesAt } from './service.ts'

export function dutyRoutes(router: Router, { clock }: Deps) {
  serve(router, listDuties, async ({ actor, unitId }) => ({
    duties: await dutiesAt(await unitScope(actor, unitId, 'look'), actor, clock.now()),
  }))
}
