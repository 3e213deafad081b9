/** A point of the writing, in px of the pad as its writer sees it: lying on its side, x to the right. */
export interface Point {
  x: number
  y: number
}
export type Stroke = Point[]

/** The part of a canvas context that ink needs; the phone's and a test's both have it. */
export interface Pen {
  lineWidth: number
  lineCap: string
  lineJoin: string
  strokeStyle: unknown
  fillStyle: unknown
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
  stroke(): void
  fill(): void
}

const INK = '#17211b'
/** The shortest two-character name written by hand: two strokes and the pad's height in ink. */
const LEAST_STROKES = 2
/** Kept around the writing when it is cut out. */
const MARGIN = 12
const WIDEST = 640

/** A dot, a tick or one straight line is not a name. */
export function isTooLittle(strokes: Stroke[], padHeight: number): boolean {
  const ink = strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0)
  return strokes.filter((it) => it.length > 1).length < LEAST_STROKES || ink < padHeight
}

/** The phone is held upright while its owner turns it on its side: their right is the screen's bottom. */
export function turned({ x, y }: Point, screenWidth: number): Point {
  return { x: y, y: screenWidth - x }
}

/** The way back, for drawing on the upright canvas. */
export function upright({ x, y }: Point, screenWidth: number): Point {
  return { x: screenWidth - y, y: x }
}

/** Where the writing is, and how to bring just that part into a picture of bounded width. */
export function frameOf(strokes: Stroke[]) {
  const xs = strokes.flatMap((stroke) => stroke.map((it) => it.x))
  const ys = strokes.flatMap((stroke) => stroke.map((it) => it.y))
  const left = Math.min(...xs) - MARGIN
  const top = Math.min(...ys) - MARGIN
  const width = Math.max(...xs) + MARGIN - left
  const height = Math.max(...ys) + MARGIN - top
  const scale = Math.min(1.5, WIDEST / width)
  return {
    width: Math.ceil(width * scale),
    height: Math.ceil(height * scale),
    scale,
    place: (point: Point): Point => ({ x: (point.x - left) * scale, y: (point.y - top) * scale }),
  }
}

/** One stroke, smoothed through the middles between its points; a tap becomes a dot. */
export function drawStroke(pen: Pen, stroke: Stroke, width: number) {
  const [first] = stroke
  if (!first) return
  pen.lineWidth = width
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  pen.strokeStyle = INK
  pen.fillStyle = INK
  pen.beginPath()
  if (stroke.length === 1) {
    pen.arc(first.x, first.y, width / 2, 0, 2 * Math.PI)
    pen.fill()
    return
  }
  pen.moveTo(first.x, first.y)
  for (let at = 1; at < stroke.length - 1; at++) {
    const here = stroke[at] as Point
    const next = stroke[at + 1] as Point
    pen.quadraticCurveTo(here.x, here.y, (here.x + next.x) / 2, (here.y + next.y) / 2)
  }
  const last = stroke[stroke.length - 1] as Point
  pen.lineTo(last.x, last.y)
  pen.stroke()
}

function lengthOf(stroke: Stroke) {
  let sum = 0
  for (let at = 1; at < stroke.length; at++) {
    const from = stroke[at - 1] as Point
    const to = stroke[at] as Point
    sum += Math.hypot(to.x - from.x, to.y - from.y)
  }
  return sum
}
