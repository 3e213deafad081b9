import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { ZodError } from 'zod'
import { type ApiAnswer, createApi } from './api.ts'
import { ControlRefused, controlDoor, createControl, phonesOf } from './control.ts'
import { createEvents } from './events.ts'
import { simulatorPage } from './page.ts'
import { Refused } from './refused.ts'
import { createAccessTokens } from './tokens.ts'
import { createWorld, type Fault, type World, type WorldOptions } from './world.ts'

export interface SimulatorOptions extends WorldOptions {
  /** 0 takes any free port. */
  port: number
  /** Where events are pushed; without it none are. */
  pushUrl?: string
  pushToken?: string
  pushAesKey?: string
}

const BODY_LIMIT = 1_000_000

/** A server on loopback that answers as api.weixin.qq.com would, and a door to play the people on the other side. */
export async function startWechatSimulator(options: SimulatorOptions) {
  const { port, pushUrl, pushToken, pushAesKey } = options
  const world = createWorld(options)
  const tokens = createAccessTokens(world)
  const target =
    pushUrl && pushToken && pushAesKey ? { url: pushUrl, token: pushToken, aesKey: pushAesKey } : null
  const events = createEvents(world, target)
  const api = createApi(world, tokens, events)
  const control = createControl(world, tokens, events)
  const door = controlDoor(control)

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, control, stop }

  async function stop() {
    await events.settled()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const method = request.method ?? 'GET'
    const text = await readBody(request)
    const order = door.get(`${method} ${pathname}`)
    if (order) return write(response, ...obey(() => order(text ? JSON.parse(text) : {}, searchParams)))
    if (pathname === '/' || pathname === '/simulator' || pathname === '/simulator/') {
      return write(response, 200, pageFor(searchParams), 'text/html; charset=utf-8')
    }
    if (!api.has(pathname)) return write(response, 404, { error: '没有这个地址' })
    await answerAsWechat(response, pathname, { method, query: searchParams, text })
  }

  function pageFor(query: URLSearchParams) {
    const as = query.get('as') ?? ''
    const people = world.identities().map((it) => it.as)
    return simulatorPage({ as, people, ...phonesOf(control, as) })
  }

  async function answerAsWechat(
    response: ServerResponse,
    path: string,
    { method, query, text }: { method: string; query: URLSearchParams; text: string },
  ) {
    const fault = takeFault(world, path)
    if (fault?.latencyMs) await pause(fault.latencyMs)
    await fault?.until
    if (fault?.status) return write(response, fault.status, '<html>Bad Gateway</html>', 'text/html')

    const body = readJson(text)
    const result = await carryOut(path, fault, method, query, body)
    const errcode = result instanceof Refused ? result.errcode : 0
    world.note({ at: new Date(world.now()).toISOString(), path, errcode, body })
    if (fault?.isLost) return void response.destroy()
    if (Buffer.isBuffer(result)) return write(response, 200, result, 'image/png')
    write(response, 200, result)
  }

  async function carryOut(
    path: string,
    fault: Fault | undefined,
    method: string,
    query: URLSearchParams,
    body: Record<string, unknown> | null,
  ): Promise<ApiAnswer> {
    try {
      if (fault?.errcode !== undefined) throw new Refused(fault.errcode)
      if (!body) throw new Refused(47001)
      return (await api.get(path)?.({ method, query, body })) ?? {}
    } catch (error) {
      if (error instanceof Refused) return error
      throw error
    }
  }
}

function takeFault({ faults }: World, path: string): Fault | undefined {
  const index = faults.findIndex((it) => it.path === undefined || it.path === path)
  const fault = faults[index]
  if (fault && --fault.times === 0) faults.splice(index, 1)
  return fault
}

function obey(work: () => unknown): [number, object] {
  try {
    return [200, work() as object]
  } catch (error) {
    if (error instanceof ControlRefused) return [409, { error: error.message }]
    if (error instanceof ZodError || error instanceof SyntaxError) return [400, { error: '内容的格式不对' }]
    throw error
  }
}

function readJson(text: string): Record<string, unknown> | null {
  if (text === '') return {}
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null
  } catch {
    return null
  }
}

async function readBody(request: IncomingMessage) {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new Error('body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function write(response: ServerResponse, status: number, body: object | string | Buffer, type?: string) {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
  response.writeHead(status, { 'content-type': type ?? 'application/json; charset=utf-8' })
  response.end(isRaw ? body : JSON.stringify(body))
}

/** `node server/scripts/simulator/wechat.ts [port]`, with the same WX_ variables as the server. */
if (import.meta.main) {
  const { WX_APP_ID, WX_APP_SECRET, WX_PUSH_URL, WX_PUSH_TOKEN, WX_PUSH_AES_KEY, WX_SIMULATOR_PORT } =
    process.env
  const simulator = await startWechatSimulator({
    port: Number(process.argv[2] ?? WX_SIMULATOR_PORT ?? 3900),
    appId: WX_APP_ID ?? 'wxdemo0000000000',
    secret: WX_APP_SECRET ?? 'demo'.repeat(8),
    ...(WX_PUSH_URL && { pushUrl: WX_PUSH_URL }),
    ...(WX_PUSH_TOKEN && { pushToken: WX_PUSH_TOKEN }),
    ...(WX_PUSH_AES_KEY && { pushAesKey: WX_PUSH_AES_KEY }),
  })
  process.stdout.write(`微信模拟器：${simulator.url}\n`)
  const leave = () => void simulator.stop().then(() => process.exit(0))
  process.once('SIGINT', leave)
  process.once('SIGTERM', leave)
}
