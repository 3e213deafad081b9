/** A dot, a tick or one short line is not a name; the phone asks for more, this is what is accepted at the least. */
export function isTooLittle(strokes: number[][], padHeight: number) {
  return strokes.reduce((sum, it) => sum + lengthOf(it), 0) < padHeight / 2
}

function lengthOf(stroke: number[]) {
  let sum = 0
  for (let at = 2; at + 1 < stroke.length; at += 2) {
    sum += Math.hypot(
      (stroke[at] ?? 0) - (stroke[at - 2] ?? 0),
      (stroke[at + 1] ?? 0) - (stroke[at - 1] ?? 0),
    )
  }
  return sum
}

/** Whether every stroke has a y for each x. */
export const isPaired = (strokes: number[][]) => strokes.every((it) => it.length % 2 === 0)

/** Coordinates to a tenth of a point: a third of the bytes, and no eye sees the rest. */
export const rounded = (strokes: number[][]) =>
  strokes.map((stroke) => stroke.map((it) => Math.round(it * 10) / 10))

export interface Fitted {
  /** SVG path data, for the pen of a PDF. */
  path: string
  width: number
  height: number
}

/** The writing alone, without the empty paper around it, fitted into a box and smoothed through the points' middles. */
export function fitted(strokes: number[][], box: { width: number; height: number }): Fitted {
  const xs = strokes.flatMap((it) => it.filter((_, at) => at % 2 === 0))
  const ys = strokes.flatMap((it) => it.filter((_, at) => at % 2 === 1))
  const [left, top] = [least(xs), least(ys)]
  const [wide, high] = [
    Math.max(-least(xs.map((it) => -it)) - left, 1),
    Math.max(-least(ys.map((it) => -it)) - top, 1),
  ]
  const scale = Math.min(box.width / wide, box.height / high)
  const place = (x: number, y: number) =>
    `${((x - left) * scale).toFixed(1)} ${((y - top) * scale).toFixed(1)}`
  return {
    path: strokes.map((it) => line(it, place)).join(' '),
    width: wide * scale,
    height: high * scale,
  }
}

// Math.min(...) of tens of thousands of arguments would overflow the stack.
const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity)

function line(stroke: number[], place: (x: number, y: number) => string) {
  const point = (at: number) => [stroke[at * 2] ?? 0, stroke[at * 2 + 1] ?? 0] as const
  const count = stroke.length / 2
  const [x, y] = point(0)
  // A dot is a line of no length with round ends.
  if (count === 1) return `M ${place(x, y)} L ${place(x + 0.1, y)}`
  const curves = Array.from({ length: Math.max(count - 2, 0) }, (_, i) => {
    const [cx, cy] = point(i + 1)
    const [nx, ny] = point(i + 2)
    return `Q ${place(cx, cy)} ${place((cx + nx) / 2, (cy + ny) / 2)}`
  })
  return [`M ${place(x, y)}`, ...curves, `L ${place(...point(count - 1))}`].join(' ')
}

/** 64 characters in eights, so that an eye can compare them. */
export const inEights = (hash: string) => hash.match(/.{1,8}/g)?.join(' ') ?? ''

/** The first sixteen of them, enough to tell one photo from every other. */
export const shortCode = (hash: string) => inEights(hash.slice(0, 16))

/** 235 KB, 2.4 MB */
export const sizeInWords = (bytes: number) =>
  bytes < 1024 ** 2 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`
