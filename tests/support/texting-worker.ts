// A worker of its own that only texts: started by a test with its environment, and killed by it.
import { openDeps } from '../../server/infra/open.ts'
import { readEnv } from '../../server/env.ts'
import { textDue } from '../../server/modules/notify/texting/service.ts'

const deps = await openDeps(readEnv(process.env))
if (!deps.sms) throw new Error('No provider of text messages')
await textDue({ ...deps, sms: deps.sms }, () => false)
await deps.close()
