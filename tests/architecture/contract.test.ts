import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { expect, it } from 'vitest'
import { ENDPOINTS } from '#contract/catalogue'

const RELEASED = 'tests/architecture/contract.released.json'

type Shapes = Record<string, { method: string; path: string; access: string; input: Shape; reply: Shape }>
interface Shape {
  type?: string
  properties?: Record<string, Shape>
  required?: string[]
  enum?: string[]
  items?: Shape
}

const shapes: Shapes = Object.fromEntries(
  ENDPOINTS.map(({ name, endpoint: { method, path, access, input, reply } }) => [
    name,
    {
      method,
      path,
      access,
      input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Shape,
      reply: z.toJSONSchema(reply, { unrepresentable: 'any' }) as Shape,
    },
  ]),
)

it('gives every endpoint a name and an address of its own', () => {
  const names = ENDPOINTS.map((it) => it.name)
  const addresses = ENDPOINTS.map(
    ({ endpoint: { method, path } }) => `${method} ${path.replace(/:\w+/g, ':')}`,
  )
  expect(names.filter((it, at) => names.indexOf(it) !== at)).toEqual([])
  expect(addresses.filter((it, at) => addresses.indexOf(it) !== at)).toEqual([])
})

it('refuses unknown keys in every input', () => {
  const open = ENDPOINTS.filter(({ endpoint }) => {
    const shape = z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any' })
    return shape.additionalProperties !== false
  })
  expect(open.map((it) => it.name)).toEqual([])
})

it('names every segment of a path in the input', () => {
  const wrong = ENDPOINTS.filter(({ endpoint }) => {
    const keys = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, key = '']) => key)
    return keys.some((key) => !(key in endpoint.input.shape))
  })
  expect(wrong.map((it) => it.name)).toEqual([])
})

it('says in Chinese what each endpoint is for', () => {
  expect(ENDPOINTS.filter(({ endpoint }) => !/[\u4e00-\u9fff]{2}/.test(endpoint.summary))).toEqual([])
})

/**
 * Phones keep an old mini-program for weeks. Against the last release no endpoint may go or move, no field may be asked
 * for in addition, and none that was promised may be missing. `UPDATE_CONTRACT=1` notes a release.
 */
it('keeps what was released working', () => {
  if (process.env.UPDATE_CONTRACT === '1' || !existsSync(RELEASED)) {
    writeFileSync(RELEASED, `${JSON.stringify(shapes, null, 1)}\n`)
  }
  const released = JSON.parse(readFileSync(RELEASED, 'utf8')) as Shapes
  const broken = Object.entries(released).flatMap(([name, was]) => {
    const now = shapes[name]
    if (!now) return [`${name} is gone`]
    if (now.method !== was.method || now.path !== was.path) return [`${name} has moved`]
    const asked = (now.input.required ?? []).filter((key) => !(was.input.required ?? []).includes(key))
    const missing = Object.keys(was.reply.properties ?? {}).filter(
      (key) => !(key in (now.reply.properties ?? {})),
    )
    return [
      ...asked.map((key) => `${name} asks for ${key}`),
      ...missing.map((key) => `${name} no longer says ${key}`),
    ]
  })
  expect(broken).toEqual([])
})
