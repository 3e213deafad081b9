import type Router from '@koa/router'
import * as api from '#contract/safety'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { unitScope } from '../org/policy.ts'
import { idsOf } from '../org/tree/rules.ts'
import { fullNamesOf } from '../org/tree/service.ts'
import { ownContent } from './policy.ts'
import { presentContent } from './present.ts'
import * as safety from './service.ts'

export function safetyRoutes(router: Router, deps: Deps) {
  const { clock, fields } = deps

  serve(router, api.listContents, async ({ actor, unitId, status, after }) => {
    const scope = await unitScope(actor, unitId, 'reviewContents')
    const { page, waiting, next } = await safety.contentsOf(scope, { status, after }, clock.now())
    const units = await fullNamesOf(page.flatMap((it) => idsOf(it.path).at(-1) ?? []))
    const around = { units, fields, mayName: scope.may('seeFamilies'), readerId: actor.personId }
    return { contents: page.map((it) => presentContent(it, around)), waiting, next }
  })

  serve(router, api.decideContent, async ({ actor, contentId, savedAt, pass, words }) => {
    const own = await ownContent(actor, contentId)
    await safety.decide(own, { savedAt: new Date(savedAt), pass, words }, deps)
    return DONE
  })
}
