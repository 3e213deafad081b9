import * as z from 'zod/mini'
import type { Endpoint } from '#contract/endpoint'

interface Json {
  type?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Json[]
  properties?: Record<string, Json>
  required?: string[]
  items?: Json
  prefixItems?: Json[]
  minimum?: number
  minItems?: number
  default?: unknown
}

/** Words that fit the patterns of the contract; a new pattern is added here. */
const FITTING = [
  'zhxy.example.cn',
  '64b0c0ffee64b0c0ffee64b0',
  '13900000000',
  '16:00',
  'ABCDEFGH',
  '123456',
  '2026-11-25',
  '2026-11-25T08:00:00.000Z',
  '示例',
  'LZ2026000000112',
  'a'.repeat(64),
  'a'.repeat(20),
  'a'.repeat(43),
  `64b0c0ffee64b0c0ffee64b0.${'a'.repeat(43)}`,
  'letter:64b0c0ffee64b0c0ffee64b0:64b0c0ffee64b0c0ffee64b0:1',
  '64b0c0ffee64b0c0ffee64b0:64b0c0ffee64b0c0ffee64b0',
]

export const inputShape = (endpoint: Endpoint) =>
  z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any' }) as Json

/** An input that passes the contract and names nothing that exists. */
export const sampleInput = (endpoint: Endpoint) => sample(inputShape(endpoint)) as Record<string, unknown>

function sample(shape: Json): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum) return shape.enum[0]
  if (shape.anyOf) return sample(shape.anyOf.find((it) => it.type !== 'null') ?? {})
  if (shape.type === 'object') {
    const required = shape.required ?? []
    return Object.fromEntries(
      Object.entries(shape.properties ?? {}).flatMap(([key, it]) =>
        required.includes(key) ? [[key, sample(it)]] : [],
      ),
    )
  }
  if (shape.type === 'array') {
    if (shape.prefixItems) return shape.prefixItems.map(sample)
    return Array.from({ length: Math.max(shape.minItems ?? 0, 1) }, () => sample(shape.items ?? {}))
  }
  if (shape.type === 'boolean') return true
  if (shape.type === 'integer' || shape.type === 'number') return Math.max(shape.minimum ?? 1, 0)
  if (shape.type === 'string') return text(shape)
  return 10
}

function text({ pattern, format }: Json) {
  if (format === 'date') return '2026-11-25'
  if (format === 'date-time') return '2026-11-25T08:00:00.000Z'
  if (!pattern) return '示例文字示例文字示例'
  const found = FITTING.find((it) => new RegExp(pattern).test(it))
  if (!found) throw new Error(`No sample text fits ${pattern}: add one to FITTING`)
  return found
}
