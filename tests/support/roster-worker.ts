// A worker for imports in a process of its own: works through what waits, says how much memory it took at most, and goes.
import { writeFileSync } from 'node:fs'
import { readEnv } from '../../server/env.ts'
import { openDeps } from '../../server/infra/open.ts'
import { workThroughImports } from '../../server/modules/org/roster/jobs.ts'

const deps = await openDeps(readEnv(process.env))
const startedAt = performance.now()
process.send?.('ready')
await workThroughImports(deps)
const figures = {
  mostMb: Math.round(process.resourceUsage().maxRSS / 1024),
  ms: Math.round(performance.now() - startedAt),
}
writeFileSync(process.env.FIGURES ?? '/dev/null', JSON.stringify(figures))
await deps.close()
