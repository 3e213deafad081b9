import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { afterAll, expect, it } from 'vitest'
import { testMongoUrl, testRedisUrl } from '../support/engines.ts'
import { type ServerProcess, startServer } from '../support/process.ts'

const servers: ServerProcess[] = []
afterAll(() => {
  for (const { child } of servers) child.kill('SIGKILL')
})

async function start(role: string) {
  const server = await startServer({ MONGO_URL: testMongoUrl(), REDIS_URL: testRedisUrl() }, role)
  servers.push(server)
  return server
}

/** One request; `dropped` when the connection broke before a whole answer came. */
function get(url: string, agent: Agent) {
  return new Promise<number | 'dropped' | 'refused'>((resolve) => {
    const asked = request(url, { agent }, (response) => {
      response.on('end', () => resolve(response.statusCode ?? 0)).resume()
      response.on('error', () => resolve('dropped'))
    })
    asked.on('error', (error: NodeJS.ErrnoException) =>
      // A connection that was never taken is the balancer's to send elsewhere; one that broke is ours.
      resolve(
        error.code === 'ECONNREFUSED' || (asked.reusedSocket && error.code === 'ECONNRESET')
          ? 'refused'
          : 'dropped',
      ),
    )
    asked.end()
  })
}

it('finishes what was begun when it is told to stop under load, and is gone within ten seconds (R16)', async () => {
  const server = await start('web')
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const answers: (number | string)[] = []
  let isOver = false
  const load = Array.from({ length: 32 }, async () => {
    while (!isOver) answers.push(await get(`${server.origin}/readyz`, agent))
  })
  await new Promise((done) => setTimeout(done, 400))
  const told = performance.now()
  server.child.kill('SIGTERM')
  const [code] = (await once(server.child, 'exit')) as [number]
  isOver = true
  await Promise.all(load)
  agent.destroy()

  expect(code).toBe(0)
  expect(performance.now() - told).toBeLessThan(10_000)
  expect(answers.filter((it) => it === 200).length).toBeGreaterThan(32)
  expect(answers.filter((it) => it === 'dropped')).toEqual([])
})

it('lets a worker go as well', async () => {
  const worker = await start('worker')
  worker.child.kill('SIGTERM')
  const [code] = (await once(worker.child, 'exit')) as [number]
  expect(code).toBe(0)
})
