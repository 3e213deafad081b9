import type Router from '@koa/router'
import { readDashboard } from '#contract/figures'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import { dashboardOf } from './service.ts'

export function dashboardRoutes(router: Router, deps: Deps) {
  serve(router, readDashboard, async ({ actor, unitId }) =>
    dashboardOf(await unitScope(actor, unitId, 'seeFigures'), deps),
  )
}
