import type Router from '@koa/router'
import { ENDPOINTS } from '#contract/catalogue'
import type { Env } from '../env.ts'
import { openApi } from './openapi.ts'
import { page, text } from './page.ts'

const WHO = { public: '任何人', signedIn: '已登录', guardian: '家长', staff: '教职工' } as const

/**
 * `/api/openapi.json` for programs, `/api/docs` for people, both made from the contract when somebody first asks: describing it takes
 * longer than all the rest of a start.
 */
export function docsRoutes(router: Router, { env }: { env: Env }) {
  let json: object | undefined
  let html: string | undefined
  router.get('/api/openapi.json', (ctx) => {
    ctx.body = json ??= openApi(env.ORIGIN)
  })
  router.get('/api/docs', (ctx) => {
    ctx.type = 'html'
    ctx.body = html ??= readable()
  })
}

function readable() {
  const rooms = Map.groupBy(ENDPOINTS, (it) => it.room)
  const sections = [...rooms].map(
    ([room, endpoints]) =>
      `<h2>${text(room)}</h2><table><tbody>${endpoints
        .map(
          ({ name, endpoint }) =>
            `<tr><td><code>${endpoint.method}</code></td><td><code>/api${text(endpoint.path)}</code><br><small>${text(name)}</small></td><td>${text(endpoint.summary)}</td><td>${WHO[endpoint.access]}</td></tr>`,
        )
        .join('')}</tbody></table>`,
  )
  return page(
    '接口说明',
    `<h1>接口说明</h1><p>共 ${ENDPOINTS.length} 个接口，由契约生成。机器可读的版本：<a href="/api/openapi.json">openapi.json</a></p>${sections.join('')}`,
  )
}
