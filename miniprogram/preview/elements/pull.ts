/** How far a finger must pull before the page refreshes. */
const ENOUGH = 60

/** Calls `pulled` when a finger, or the mouse, draws a scroller down from its very top. */
export function watchPull(scroller: HTMLElement, isEnabled: () => boolean, pulled: () => void) {
  let from: number | null = null
  const begin = (y: number) => {
    from = isEnabled() && scroller.scrollTop <= 0 ? y : null
  }
  const end = (y: number) => {
    if (from !== null && y - from > ENOUGH && scroller.scrollTop <= 0) pulled()
    from = null
  }
  scroller.addEventListener('touchstart', ({ touches }) => begin(touches[0]?.clientY ?? 0), { passive: true })
  scroller.addEventListener('touchend', ({ changedTouches }) => end(changedTouches[0]?.clientY ?? 0), {
    passive: true,
  })
  scroller.addEventListener(
    'pointerdown',
    ({ pointerType, clientY }) => pointerType === 'mouse' && begin(clientY),
  )
  scroller.addEventListener(
    'pointerup',
    ({ pointerType, clientY }) => pointerType === 'mouse' && end(clientY),
  )
}
