import Router from '@koa/router'
import { expect, it } from 'vitest'
import * as catalogue from '#contract/catalogue'
import type { Endpoint } from '#contract/endpoint'
import { matchQuickly } from '../../server/http/routing.ts'

const isEndpoint = (it: unknown): it is Endpoint =>
  typeof it === 'object' && it !== null && 'method' in it && 'path' in it && 'reply' in it
const within = (it: unknown): Endpoint[] =>
  isEndpoint(it)
    ? [it]
    : typeof it === 'object' && it !== null && !Array.isArray(it)
      ? Object.values(it).flatMap(within)
      : []
const endpoints = within({ ...catalogue })

function routers() {
  const make = () => {
    const router = new Router({ prefix: '/api' })
    for (const { path, method } of endpoints) router.register(path, [method.toLowerCase()], () => undefined)
    router.get('/media/a/:key/{*rest}', () => undefined)
    router.get('/:anything/at/all', () => undefined)
    return router
  }
  const [plain, quick] = [make(), make()]
  matchQuickly(quick)
  return { plain, quick }
}

it('leads each request where the router alone would, in the same order', () => {
  const { plain, quick } = routers()
  expect(endpoints.length).toBeGreaterThan(350)
  const paths = endpoints.map(({ path }) => `/api${path.replace(/:\w+/g, 'a'.repeat(24))}`)
  const odd = paths.flatMap((it) => [it, `${it}/`, it.toUpperCase(), `${it}/more`, it.replace('/api', '')])
  const others = [
    '/',
    '/api',
    '/api//me',
    '/api/x/at/all',
    '/api/me/at/all',
    '/api/media/a/b/c/d/e',
    '/api/%6de',
  ]
  for (const path of [...odd, ...others]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const said = (router: Router) => {
        const { path: byPath, pathAndMethod, route } = router.match(path, method)
        return { byPath: byPath.map((it) => it.path), both: pathAndMethod.map((it) => it.path), route }
      }
      expect(said(quick), `${method} ${path}`).toEqual(said(plain))
    }
  }
})
