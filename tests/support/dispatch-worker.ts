// A worker of its own that only sends what is due, at the hour `NOW` names: started by a test with its environment, and killed by it.
import { readEnv } from '../../server/env.ts'
import { openDeps } from '../../server/infra/open.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'

const { NOW = '', ...env } = process.env
const shift = new Date(NOW).getTime() - Date.now()
const deps = await openDeps(readEnv(env))
const { log, wechat } = deps
await dispatchDue(
  {
    ...{ log, wechat, addressesOf: openIdsOf, templates: readTemplates(deps.env.WX_TEMPLATES) },
    clock: { now: () => new Date(Date.now() + shift) },
  },
  () => false,
)
await deps.close()
