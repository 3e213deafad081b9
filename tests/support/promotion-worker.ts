// A worker of its own that only promotes: started by a test with its environment, and killed by it.
import { openDeps } from '../../server/infra/open.ts'
import { readEnv } from '../../server/env.ts'
import { workThroughPromotions } from '../../server/modules/org/promotion/jobs.ts'

const deps = await openDeps(readEnv(process.env))
await workThroughPromotions(deps)
await deps.close()
