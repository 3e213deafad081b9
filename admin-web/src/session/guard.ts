import type { LocationQuery, LocationQueryRaw, RouteMeta } from 'vue-router'

interface Place {
  path: string
  fullPath: string
  hash: string
  query: LocationQuery
  meta: RouteMeta
}

/** Who has not signed in goes to the sign-in page, and from there back to where they wanted to go. */
export function gate(to: Pick<Place, 'fullPath' | 'meta'>, isSignedIn: boolean) {
  if (isSignedIn || to.meta.isPublic) return null
  return { name: 'sign-in', query: to.fullPath === '/' ? {} : { then: to.fullPath } }
}

/** The chosen unit goes along from page to page, so that every address can be passed on as it stands. */
export function keepUnit(to: Place, from: Pick<Place, 'query'>) {
  const unitId = from.query.unitId
  if (to.meta.isPublic || to.query.unitId || !unitId) return null
  return { path: to.path, query: { ...to.query, unitId } as LocationQueryRaw, hash: to.hash }
}

/** Only a path of our own counts as a way back: an address from a link must not lead to another site. */
export function wayBack(then: unknown): string {
  return typeof then === 'string' && /^\/(?![/\\])/.test(then) ? then : '/'
}
