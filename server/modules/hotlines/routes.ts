import type Router from '@koa/router'
import { listHelpLines } from '#contract/hotlines'
import { serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { linesOf } from './service.ts'

/** Help lines, open to everybody: whoever needs one must not have to sign in. */
export function hotlineRoutes(router: Router, { env }: Deps) {
  const lines = linesOf(env.HOTLINES)
  serve(router, listHelpLines, async () => ({ lines }))
}
