// A worker of its own that only issues certificates: started by a test with its environment, and killed by it.
import { readEnv } from '../../server/env.ts'
import { openDeps } from '../../server/infra/open.ts'
import { certifyPassed } from '../../server/modules/courses/certifying/service.ts'

const deps = await openDeps(readEnv(process.env))
await certifyPassed(deps)
await deps.close()
