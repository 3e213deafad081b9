import type * as z from 'zod/mini'
import type { Endpoint } from './endpoint.ts'

export interface Request {
  method: Endpoint['method']
  path: string
  body?: unknown
}

/** The platform's own way to send JSON: `fetch`, `wx.request`, or a test server. */
export type Transport = (request: Request) => Promise<unknown>

/** Turns any transport into a typed client. What comes back has passed the contract. */
export function client(transport: Transport) {
  return async <E extends Endpoint>(
    endpoint: E,
    input: z.input<E['input']>,
  ): Promise<z.output<E['reply']>> => {
    const said: Record<string, unknown> = { ...endpoint.input.parse(input) }
    const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
      const value = String(said[name])
      delete said[name]
      return encodeURIComponent(value)
    })
    const reply =
      endpoint.method === 'GET'
        ? await transport({ method: 'GET', path: path + query(said) })
        : await transport({ method: endpoint.method, path, body: said })
    return endpoint.reply.parse(reply) as z.output<E['reply']>
  }
}

function query(values: Record<string, unknown>) {
  const pairs = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}
