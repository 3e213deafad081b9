/** A place on the sheet: scale, turn and move, as SVG and PDF both understand it. */
export type Matrix = readonly [number, number, number, number, number, number]

export interface Shape {
  /** SVG path data. */
  path: string
  fill?: string
  stroke?: string
  width?: number
  opacity?: number
  place?: Matrix
}

const n = (value: number) => String(Math.round(value * 100) / 100)

export const put = (x: number, y: number, degrees: number, scale: number): Matrix => {
  const angle = (degrees * Math.PI) / 180
  return [
    Math.cos(angle) * scale,
    Math.sin(angle) * scale,
    -Math.sin(angle) * scale,
    Math.cos(angle) * scale,
    x,
    y,
  ]
}

/** The product of two places: first the inner, then the outer. */
const within = (outer: Matrix, inner: Matrix): Matrix => {
  const [a, b, c, d, e, f] = outer
  const [g, h, i, j, k, l] = inner
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

/** A leaf of length 1 along the x-axis, and its vein. */
const LEAF = 'M0 0C.18 -.32 .62 -.4 1 0C.62 .4 .18 .32 0 0Z'
const VEIN = 'M.06 0L.82 0'

const leaf = (place: Matrix, green: string): Shape[] => [
  { path: LEAF, fill: green, place },
  { path: VEIN, stroke: '#ffffff', width: 0.035, opacity: 0.7, place },
]

/** A sprig that grows from a corner along one side: a stem and leaves that become smaller. */
function sprig(corner: Matrix, greens: readonly string[]): Shape[] {
  const stem = 'M0 0C30 4 70 4 112 -1'
  const along = [8, 24, 40, 55, 69, 82, 94, 105]
  const leaves = along.flatMap((x, at) => {
    const size = 17 - at * 1.35
    const green = greens[at % greens.length] ?? '#1f7a54'
    const y = 3 * Math.sin((x / 112) * Math.PI)
    return [
      ...leaf(within(corner, put(x, y, -38, size)), green),
      ...leaf(within(corner, put(x + 4, y, 34, size * 0.86)), green),
    ]
  })
  const tip = leaf(within(corner, put(111, -1, -4, 9)), greens[0] ?? '#1f7a54')
  return [{ path: stem, stroke: greens[1] ?? '#1f7a54', width: 1, place: corner }, ...leaves, ...tip]
}

/** Two sprigs in each corner of a frame. */
export function corners(
  box: { x: number; y: number; width: number; height: number },
  greens: readonly string[],
) {
  const { x, y, width, height } = box
  const flips: Matrix[] = [
    [1, 0, 0, 1, x, y],
    [-1, 0, 0, 1, x + width, y],
    [1, 0, 0, -1, x, y + height],
    [-1, 0, 0, -1, x + width, y + height],
  ]
  return flips.flatMap((flip) => [
    ...sprig(flip, greens),
    // The same sprig along the other side: x and y change places.
    ...sprig(within(flip, [0, 1, 1, 0, 0, 0]), greens),
  ])
}

/** Fine closed curves that cross each other, as on banknotes: hard to copy by hand, faint behind the words. */
export function rosette(x: number, y: number, radius: number, stroke: string): Shape[] {
  return Array.from({ length: 10 }, (_, curve) => {
    const shift = (curve * 2 * Math.PI) / 10
    const points = Array.from({ length: 181 }, (_unused, at) => {
      const angle = (at * 2 * Math.PI) / 180
      const r = radius * (0.72 + 0.28 * Math.sin(9 * angle + shift))
      return `${n(x + r * Math.cos(angle))} ${n(y + r * Math.sin(angle))}`
    })
    return { path: `M${points.join('L')}Z`, stroke, width: 0.5, opacity: 0.13 }
  })
}

/** The green leaf that stands for the certificate, in a ring of small leaves. */
export function emblem(x: number, y: number, radius: number, green: string, gold: string): Shape[] {
  const ring = Array.from({ length: 28 }, (_, at) => {
    const degrees = (at * 360) / 28
    const angle = (degrees * Math.PI) / 180
    const place = put(
      x + Math.cos(angle) * radius * 0.84,
      y + Math.sin(angle) * radius * 0.84,
      degrees + 62,
      radius * 0.24,
    )
    return { path: LEAF, fill: green, opacity: 0.9, place }
  })
  return [
    { path: circle(x, y, radius), fill: '#ffffff', stroke: gold, width: 1.2 },
    ...ring,
    { path: circle(x, y, radius * 0.66), stroke: gold, width: 0.8 },
    ...leaf(put(x - radius * 0.3, y + radius * 0.34, -52, radius * 0.92), green),
  ]
}

export const circle = (x: number, y: number, r: number) =>
  `M${n(x - r)} ${n(y)}A${n(r)} ${n(r)} 0 1 1 ${n(x + r)} ${n(y)}A${n(r)} ${n(r)} 0 1 1 ${n(x - r)} ${n(y)}Z`

export const rectangle = (x: number, y: number, width: number, height: number) =>
  `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`

/** A line that thins out to a diamond in its middle. */
export const divider = (x: number, y: number, width: number, gold: string): Shape[] => [
  {
    path: `M${n(x - width / 2)} ${n(y)}H${n(x - 9)}M${n(x + 9)} ${n(y)}H${n(x + width / 2)}`,
    stroke: gold,
    width: 0.9,
  },
  { path: `M${n(x - 5)} ${n(y)}L${n(x)} ${n(y - 5)}L${n(x + 5)} ${n(y)}L${n(x)} ${n(y + 5)}Z`, fill: gold },
]

/** A leaf that grows up and to the right from a point. */
export const leafAt = (x: number, y: number, length: number, green: string): Shape[] =>
  leaf(put(x, y, -48, length), green)

/** Lines of hills one behind the other, fading upward. */
export function waves(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  color: string,
): Shape[] {
  return [0, 1, 2, 3].map((row) => {
    const top = y + (row * height) / 5
    const points = Array.from(
      { length: 13 },
      (_, at) => [x + (at * width) / 12, top + Math.sin(at / 1.7 + row * 1.3) * 15] as const,
    )
    const foot = `L${n(x + width)} ${n(y + height)}L${n(x)} ${n(y + height)}Z`
    return { path: `M${flowing(points)}${foot}`, fill: color, opacity: 0.22 + row * 0.1 }
  })
}

/** Points joined by one flowing curve, level at each of them. */
const flowing = (points: readonly (readonly [number, number])[]) =>
  points
    .map(([x, y], at) => {
      const [bx, by] = points[at - 1] ?? [x, y]
      const half = (x - bx) / 2
      return at === 0 ? `${n(x)} ${n(y)}` : `C${n(bx + half)} ${n(by)} ${n(x - half)} ${n(y)} ${n(x)} ${n(y)}`
    })
    .join('')

/** Rings of light around a sun that stands below the edge, and its rays between them. */
export function sunrise(x: number, y: number, radius: number, color: string): Shape[] {
  const rings = [1, 0.8, 0.6].map((part, at) => ({
    path: circle(x, y, radius * part),
    fill: color,
    opacity: 0.1 + at * 0.07,
  }))
  const rays = Array.from({ length: 23 }, (_, at) => {
    const angle = Math.PI + ((at + 0.5) * Math.PI) / 23
    const from = radius * 1.06
    const to = radius * (at % 2 === 0 ? 1.34 : 1.2)
    const point = (r: number) => `${n(x + r * Math.cos(angle))} ${n(y + r * Math.sin(angle))}`
    return { path: `M${point(from)}L${point(to)}`, stroke: color, width: 1.1, opacity: 0.4 }
  })
  return [...rings, ...rays]
}
