import { createServer } from 'node:http'
import mongoose from 'mongoose'
import { parseArgs } from 'node:util'
import { createApp } from './app.ts'
import { readEnv } from './env.ts'
import { openAgenda } from './infra/agenda.ts'
import { ensureIndexes } from './infra/mongo.ts'
import { openDeps } from './infra/open.ts'
import { startJobs } from './jobs.ts'
import { tellAll } from './modules/audit/tally/service.ts'

/** So long it still takes what comes, so that a balancer sees the closing connections and turns elsewhere. */
const NOTICE_MS = 1_000
/** In-flight requests get this long before the process goes (R16). */
const DRAIN_MS = 8_000

const { values } = parseArgs({ options: { role: { type: 'string', default: 'all' } } })
const env = readEnv(process.env)
const deps = await openDeps(env)
await ensureIndexes()

let isLeaving = false
const server = values.role === 'worker' ? null : await listen()
const agenda = values.role === 'web' ? null : await openAgenda(mongoose.connection, deps.log)
const jobs = agenda && (await startJobs(agenda, deps))
process.once('SIGTERM', () => void leave())
process.once('SIGINT', () => void leave())
deps.log.info({ role: values.role, port: env.PORT }, 'ready')
process.send?.('ready')

async function listen() {
  const answer = createApp(deps).callback()
  const http = createServer((request, response) => {
    // A connection that is kept alive would go on sending; this tells its owner to open the next one elsewhere.
    if (isLeaving) response.setHeader('connection', 'close')
    void answer(request, response)
  })
  http.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(env.PORT, env.HOST, resolve)
  })
  return http
}

/** Finishes what was begun, then goes: it gives notice, refuses new connections, closes idle ones, drains the jobs. */
async function leave() {
  if (isLeaving) return
  isLeaving = true
  setTimeout(() => process.exit(1), NOTICE_MS + DRAIN_MS).unref()
  if (server) await new Promise((done) => setTimeout(done, NOTICE_MS))
  await Promise.all([
    agenda?.drain(),
    jobs?.stop(),
    server &&
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  ])
  await tellAll().catch((error: unknown) => deps.log.error({ err: error }, 'audit lines not told of'))
  await deps.close()
  process.exit(0)
}
