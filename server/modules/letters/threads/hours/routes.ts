import type Router from '@koa/router'
import * as api from '#contract/threads'
import { serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../../org/policy.ts'
import { hoursOf, setHours } from './service.ts'

export function serviceHourRoutes(router: Router, { clock }: Deps) {
  serve(router, api.readServiceHours, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'look')
    return hoursOf(scope.unitId)
  })

  serve(router, api.saveServiceHours, async ({ actor, unitId, from, to }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    await setHours(scope, { from, to }, clock.now())
    await audit.record('hours.changed', { unit: scope, detail: `工作日${from}–${to}` }, clock.now())
    return hoursOf(scope.unitId)
  })
}
