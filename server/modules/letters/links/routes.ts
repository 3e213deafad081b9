import type Router from '@koa/router'
import * as api from '#contract/letter-writing'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { addedSites, holdOwnSite, keepSites, usualSites } from './service.ts'

export function linkRoutes(router: Router, { clock, env }: Deps) {
  holdOwnSite(env.ORIGIN)

  serve(router, api.readLinkSites, async ({ actor, unitId }) =>
    shown(await unitScope(actor, unitId, 'writeLetters')),
  )

  serve(router, api.saveLinkSites, async ({ actor, unitId, own }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const { added, removed } = await keepSites(scope, own, clock.now())
    const detail = [
      added.length > 0 ? `加了${added.join('、')}` : '',
      removed.length > 0 ? `去掉了${removed.join('、')}` : '',
    ].filter(Boolean)
    if (detail.length > 0) {
      await audit.record('linkSites.changed', { unit: scope, detail: detail.join('，') }, clock.now())
    }
    return shown(scope)
  })

  const shown = async (scope: UnitScope) => ({
    usual: usualSites(),
    own: await addedSites(scope.path),
    abilities: { change: scope.kind === 'city' && scope.may('keepTree') },
  })
}
