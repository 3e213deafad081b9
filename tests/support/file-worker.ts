import { readEnv } from '../../server/env.ts'
import { openDeps } from '../../server/infra/open.ts'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'

// A process of its own that works through what was uploaded, so that a test can kill it.
const deps = await openDeps(readEnv(process.env))
await workThroughAssets(deps)
await deps.close()
