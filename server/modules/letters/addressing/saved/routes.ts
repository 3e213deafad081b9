import type Router from '@koa/router'
import * as api from '#contract/saved-audiences'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { unitScope, type UnitScope } from '../../../org/policy.ts'
import { presentAudience } from '../present.ts'
import type { SavedAudienceRecord } from './model.ts'
import * as saved from './service.ts'

export function savedAudienceRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listSavedAudiences, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const found = await saved.savedOf(scope)
    return {
      saved: found.saved.map((it) => presentSaved(it, scope)),
      last: found.last && presentAudience(found.last, scope),
    }
  })

  serve(router, api.saveAudience, async ({ actor, caller: _, unitId, unitIds, ...said }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const kept = await saved.saveAudience(scope, { ...said, audience: unitIds }, actor, clock.now())
    return presentSaved(kept, scope)
  })

  serve(router, api.renameSavedAudience, async ({ actor, unitId, savedId, name }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    return presentSaved(await saved.renameSaved(scope, savedId, name), scope)
  })

  serve(router, api.removeSavedAudience, async ({ actor, unitId, savedId }) => {
    await saved.removeSaved(await unitScope(actor, unitId, 'writeLetters'), savedId)
    return DONE
  })
}

const presentSaved = (it: SavedAudienceRecord, scope: UnitScope) => ({
  id: String(it._id),
  name: it.name,
  ...presentAudience(it, scope),
})
