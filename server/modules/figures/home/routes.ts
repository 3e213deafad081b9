import type Router from '@koa/router'
import { listMyTodos, readMyDay } from '#contract/home'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { dayOf, homeOf } from './service.ts'

export function homeRoutes(router: Router, deps: Deps) {
  serve(router, listMyTodos, async ({ actor }) => homeOf(actor, deps))
  serve(router, readMyDay, async ({ actor }) => dayOf(actor, deps))
}
