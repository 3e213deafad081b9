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

interface Answer {
  status: number | 'dropped'
  /** The server asks to be left alone: a balancer sends what comes next elsewhere. */
  isLast: boolean
}

/** One request; `dropped` when no whole answer came. */
function get(url: string, agent: Agent) {
  return new Promise<Answer>((resolve) => {
    const dropped = () => resolve({ status: 'dropped', isLast: true })
    const asked = request(url, { agent }, (response) => {
      const isLast = response.headers.connection === 'close'
      response.on('end', () => resolve({ status: response.statusCode ?? 0, isLast })).resume()
      response.on('error', dropped)
    })
    asked.on('error', dropped)
    asked.end()
  })
}

it('finishes what was begun when it is told to stop under load, and is gone within ten seconds (R16)', async () => {
  const server = await start('web')
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const answers: Answer[] = []
  const load = Array.from({ length: 32 }, async () => {
    let answer: Answer
    do {
      answer = await get(`${server.origin}/readyz`, agent)
      answers.push(answer)
    } while (!answer.isLast)
  })
  await new Promise((done) => setTimeout(done, 400))
  const told = performance.now()
  server.child.kill('SIGTERM')
  const [code] = (await once(server.child, 'exit')) as [number]
  await Promise.all(load)
  agent.destroy()

  expect(code).toBe(0)
  expect(performance.now() - told).toBeLessThan(10_000)
  expect(answers.filter((it) => it.status === 200).length).toBeGreaterThan(32)
  expect(answers.filter((it) => it.status === 'dropped')).toEqual([])
}, 60_000)

it('lets a worker go as well', async () => {
  const worker = await start('worker')
  worker.child.kill('SIGTERM')
  const [code] = (await once(worker.child, 'exit')) as [number]
  expect(code).toBe(0)
}, 60_000)
