import { line, type Measure, type Seal, type Words } from '../layout/rules.ts'
import { circle, leafAt, put } from '../ornaments/rules.ts'

const RED = '#c63a31'
/** What a seal says of itself, so that nobody takes it for the stamp of the office. */
const SAYS = '电子章'
/** The name runs around the ring from lower left to lower right. */
const WIDEST = 262
const RADIUS = 50

/** The school's seal around a middle: its own picture, or its name in a circle. It always says that it is an electronic one. */
export function drawSeal(
  name: string,
  middle: { x: number; y: number },
  hasPicture: boolean,
  measure: Measure,
): Seal {
  const { x, y } = middle
  const size = RADIUS * 2
  if (hasPicture) {
    const note = line(SAYS, x - measure(SAYS, 8, 'regular') / 2, y - RADIUS - 5, 8, RED)
    return { shapes: [], words: [note], picture: { x: x - RADIUS, y: y - RADIUS, size } }
  }
  const said = line(SAYS, x - (measure(SAYS, 10, 'bold') + 4) / 2, y + 31, 10, RED, {
    weight: 'bold',
    spacing: 2,
  })
  return {
    shapes: [
      { path: circle(x, y, RADIUS), stroke: RED, width: 2.2 },
      { path: circle(x, y, RADIUS - 3.4), stroke: RED, width: 0.6 },
      ...leafAt(x - 11, y + 13, 30, RED),
    ],
    words: [...around(name, x, y), said],
    picture: null,
  }
}

/** Characters standing on a ring, heads outward. */
function around(name: string, x: number, y: number): Words[] {
  const characters = [...name]
  const size = Math.min(12.5, 150 / Math.max(characters.length, 1))
  const radius = RADIUS - 7 - size * 0.82
  const step = Math.min(WIDEST / Math.max(characters.length - 1, 1), 30)
  const first = -(step * (characters.length - 1)) / 2
  return characters.map((text, at) => ({
    ...line(text, -size / 2, -radius, size, RED, { weight: 'bold' }),
    place: put(x, y, first + step * at, 1),
  }))
}
