import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { processEnv } from './process.ts'
import type { World } from './world.ts'

/** Workers that only send what is due, one after the other, to be killed without a word. */
export function useDispatchWorker(world: World) {
  let worker: ChildProcess | undefined
  afterEach(() => worker?.kill('SIGKILL'))
  return {
    /** Starts one at an hour; answers its exit. `name` is how the database knows it. */
    start(now: string, name = 'dispatch-victim') {
      const { MONGO_URL, REDIS_URL, WX_APP_ID, WX_APP_SECRET } = world.deps().env
      const env = processEnv({
        ...{ NODE_ENV: 'test', PORT: '0', MONGO_URL: `${MONGO_URL}&appName=${name}`, REDIS_URL },
        ...{ WX_APP_ID, WX_APP_SECRET, WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) },
        ...{ WX_BASE_URL: world.simulator().url, NOW: now },
      })
      worker = spawn(process.execPath, ['tests/support/dispatch-worker.ts'], { stdio: 'ignore', env })
      return once(worker, 'exit')
    },
    kill: () => worker?.kill('SIGKILL'),
  }
}
