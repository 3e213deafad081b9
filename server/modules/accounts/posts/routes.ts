import type Router from '@koa/router'
import { appointStaff, endPost } from '#contract/org'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { appointScope } from '../../org/policy.ts'
import * as posts from './service.ts'

/** Posts are given and ended by somebody above. */
export function postRoutes(router: Router, deps: Deps) {
  serve(router, appointStaff, async ({ actor, unitId, ...appointment }) => {
    const scope = await appointScope(actor, unitId, appointment.post)
    return posts.appoint(scope, appointment, deps.clock.now(), deps)
  })

  serve(router, endPost, async ({ actor, unitId, personId, post }) => {
    await posts.end(await appointScope(actor, unitId, post), personId, post, deps.clock.now())
    return DONE
  })
}
