import type Router from '@koa/router'
import * as api from '#contract/accounts'
import { Refusal } from '../../../http/errors.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { openFor } from '../routes.ts'
import * as accounts from '../service.ts'
import { presentDemoPeople } from './present.ts'

/** The demo's own door. Mounted only when `DEMO=1`, which `env.ts` refuses in production. */
export function demoRoutes(router: Router, deps: Deps) {
  serve(router, api.listDemoPeople, async () => ({ people: await presentDemoPeople(deps) }))

  serve(router, api.signInAsDemo, async ({ as, caller }) => {
    const person = await accounts.findDemoPerson(as)
    if (!person?.loginName) throw new Refusal('not_found', '演示城市里没有这个人')
    return openFor(
      String(person._id),
      { role: 'staff', isConsole: true, act: 'signIn.console' },
      caller,
      deps,
    )
  })
}
