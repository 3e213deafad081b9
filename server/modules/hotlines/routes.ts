import type Router from '@koa/router'
import { listHelpLines } from '#contract/hotlines'
import { serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { linesOf, setsFor } from './service.ts'

/** Help lines, open to everybody: whoever needs one must not have to sign in. Who is signed in sees their own city's. */
export function hotlineRoutes(router: Router, { env }: Deps) {
  // A name without a set is told at boot, not to a parent in need.
  linesOf([env.HOTLINES])
  serve(router, listHelpLines, async ({ actor }) => ({ lines: linesOf(await setsFor(actor, env.HOTLINES)) }))
}
