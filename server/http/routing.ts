import Router from '@koa/router'

type Layer = Router['stack'][number]

/** A path of plain words and `:names`, which has as many segments as whatever it matches. */
const isPlain = (path: Layer['path']): path is string => typeof path === 'string' && /^[\w/:.-]*$/.test(path)

const segmentsOf = (path: string) => path.split('/').filter(Boolean)

/** What two paths share that may be the same route: the number of segments, and the word after the prefix. */
const shapeOf = (segments: readonly string[]) => `${segments.length}/${segments[1]?.toLowerCase() ?? ''}`

/**
 * Of itself the router asks each of its routes in turn whether a request is meant for it: with four hundred of them 66 µs of every
 * request (decision 0006). Here only those are asked that can be, in the same order. To be called when all routes are there.
 */
export function matchQuickly(router: Router) {
  const plain = router.stack.map(({ path }) => (isPlain(path) ? segmentsOf(path) : null))
  const shapes = new Set(plain.flatMap((it) => (it ? [shapeOf(it)] : [])))
  const byShape = new Map(
    [...shapes].map((shape) => [shape, router.stack.filter((_, at) => mayBe(plain[at], shape))]),
  )
  /** Words that begin no plain route: one with a name in their place, or a path that is not plain. */
  const byLength = (count: number) => router.stack.filter((_, at) => mayBe(plain[at], `${count}/`))
  const others = new Map<number, Layer[]>()

  router.match = (path, method) => {
    const segments = segmentsOf(path)
    let some = byShape.get(shapeOf(segments)) ?? others.get(segments.length)
    if (!some) others.set(segments.length, (some = byLength(segments.length)))
    return Router.prototype.match.call({ stack: some } as Router, path, method)
  }
}

function mayBe(route: readonly string[] | null | undefined, shape: string) {
  if (!route) return true
  const second = route[1] ?? ''
  return shapeOf(route) === shape || (second.startsWith(':') && shape.startsWith(`${route.length}/`))
}
