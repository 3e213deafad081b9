import { Agent, request } from 'node:http'

/** As many people at once as the target names. */
export const CONNECTIONS = 32

/** One request, the same for both servers. */
export interface Shot {
  method: 'GET' | 'POST'
  path: string
  token: string
  body?: object
}

/** Where shots are fired at, over connections that stay open from one burst to the next. */
export interface Target {
  origin: string
  agent: Agent
}

/** What came back, and how long it took from the first request to the last answer. */
export interface Burst {
  latencies: number[]
  seconds: number
}

export const targetAt = (origin: string): Target => ({
  origin,
  agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
})

/** Fires for some milliseconds, each connection as soon as it has its answer, or until there is nothing left to fire. */
export async function fire(target: Target, next: () => Shot | null, forMs: number): Promise<Burst> {
  const latencies: number[] = []
  const startedAt = performance.now()
  const connection = async () => {
    for (;;) {
      const shot = performance.now() - startedAt < forMs ? next() : null
      if (!shot) return
      const sentAt = performance.now()
      await send(target, shot)
      latencies.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  return { latencies, seconds: (performance.now() - startedAt) / 1000 }
}

/** Reads the whole answer; anything but a success ends the measurement, as refusals are cheaper than the work. */
const send = ({ origin, agent }: Target, { method, path, token, body }: Shot) =>
  new Promise<void>((resolve, reject) => {
    const text = body && JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${token}`,
      ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    }
    const call = request(`${origin}${path}`, { method, agent, headers }, (response) => {
      let said = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (said += chunk))
      response.once('error', reject)
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${said.slice(0, 300)}`))
      })
    })
    call.once('error', reject)
    call.end(text)
  })

export function quantile(values: number[], share: number) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0
}
