const RADIUS = 42
const AROUND = 2 * Math.PI * RADIUS

/** The ring as an SVG data URI: sharp on every screen, and no canvas to wait for. */
export function ring(percent: number): string {
  const arc = (colour: string, part: number) =>
    `<circle cx='50' cy='50' r='${RADIUS}' fill='none' stroke='${colour}' stroke-width='9' stroke-linecap='round' ` +
    `stroke-dasharray='${((AROUND * part) / 100).toFixed(1)} ${AROUND.toFixed(1)}' transform='rotate(-90 50 50)'/>`
  const tick = `<path d='M33 51l12 12 23-25' fill='none' stroke='#1f7a54' stroke-width='8' stroke-linecap='round' stroke-linejoin='round'/>`
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>` +
    arc('#dfe8e1', 100) +
    (percent > 0 ? arc('#1f7a54', percent) : '') +
    (percent >= 100 ? tick : '') +
    '</svg>'
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
