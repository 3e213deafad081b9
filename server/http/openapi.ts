import * as z from 'zod/mini'
import { ENDPOINTS, type Named } from '#contract/catalogue'

const WHO = { public: '任何人', signedIn: '已登录', guardian: '家长', staff: '教职工' } as const

/** OpenAPI 3.1 of the whole contract, made from the same objects that are served. */
export function openApi(origin: string) {
  const paths: Record<string, Record<string, object>> = {}
  for (const named of ENDPOINTS) {
    const path = named.endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [named.endpoint.method.toLowerCase()]: operation(named) }
  }
  return {
    openapi: '3.1.0',
    info: { title: '家长学校平台接口', version: '1' },
    servers: [{ url: `${origin}/api` }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  }
}

function operation({ room, name, endpoint }: Named) {
  const input = z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any' })
  const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, key = '']) => key)
  const fields = Object.entries(input.properties ?? {})
  const required = input.required ?? []
  const parameter =
    (where: string) =>
    ([key, schema]: [string, unknown]) => ({
      name: key,
      in: where,
      required: where === 'path' || required.includes(key),
      schema,
    })
  const said = fields.filter(([key]) => !inPath.includes(key))
  const isQuery = endpoint.method === 'GET'
  return {
    operationId: name,
    tags: [room],
    summary: endpoint.summary,
    description: `谁可以调用：${WHO[endpoint.access]}`,
    ...(endpoint.access !== 'public' && { security: [{ token: [] }] }),
    parameters: [
      ...fields.filter(([key]) => inPath.includes(key)).map(parameter('path')),
      ...(isQuery ? said.map(parameter('query')) : []),
    ],
    ...(!isQuery &&
      said.length > 0 && {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: Object.fromEntries(said),
                required: required.filter((key) => !inPath.includes(key)),
                additionalProperties: false,
              },
            },
          },
        },
      }),
    responses: {
      200: {
        description: '成功',
        content: {
          'application/json': { schema: z.toJSONSchema(endpoint.reply, { unrepresentable: 'any' }) },
        },
      },
      default: { description: '不成功：{ error: { code, message } }，message 是给人看的一句话' },
    },
  }
}
