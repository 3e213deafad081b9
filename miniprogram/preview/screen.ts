export interface Point {
  x: number
  y: number
}

export interface Rect {
  left: number
  top: number
  right: number
  bottom: number
  width: number
  height: number
}

/**
 * The phone's screen: bars, page and everything that covers them. For a landscape page on an upright display it is
 * turned by 90°, as a person turns the phone; then what the browser calls x is the page's y.
 */
export const screen = document.createElement('div')
screen.className = 'mp-screen'

export const isTurned = () => screen.classList.contains('turned')

export function turn(landscape: boolean) {
  screen.classList.toggle('turned', landscape && innerHeight > innerWidth)
  screen.style.setProperty('--screen-width', `${screenSize().width}px`)
  screen.style.setProperty('--screen-height', `${screenSize().height}px`)
  screen.style.setProperty('--rpx', `${Math.min(innerWidth, innerHeight) / 750}px`)
}

export const screenSize = () =>
  isTurned() ? { width: innerHeight, height: innerWidth } : { width: innerWidth, height: innerHeight }

/** A point of the display → a point of the screen. */
export const toScreen = ({ x, y }: Point): Point => (isTurned() ? { x: y, y: innerWidth - x } : { x, y })

/** Where an element stands on the screen. */
export function rectOf(element: Element): Rect {
  const { left, top, right, bottom } = element.getBoundingClientRect()
  const [a, b] = [toScreen({ x: left, y: top }), toScreen({ x: right, y: bottom })]
  const rect = {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  }
  return { ...rect, width: rect.right - rect.left, height: rect.bottom - rect.top }
}
