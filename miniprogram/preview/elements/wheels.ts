/** Height of one line of a wheel, as in WeChat's own pickers. */
export const LINE = 44

export interface Wheel {
  element: HTMLElement
  index: () => number
  /** New lines; the chosen one stays where it can. */
  fill: (lines: string[], index: number) => void
}

/** One column of a picker: lines that snap under the middle. `turned` hears where it comes to rest. */
export function createWheel(lines: string[], index: number, turned: (index: number) => void): Wheel {
  const element = document.createElement('div')
  element.className = 'mp-wheel'
  let count = lines.length
  let told = index
  let timer = 0
  /** Where a tap has sent it: chosen from that moment, though it is on its way still. */
  let bound: number | null = null
  const indexNow = () => bound ?? Math.max(0, Math.min(count - 1, Math.round(element.scrollTop / LINE)))

  element.addEventListener('scroll', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      bound = null
      if (indexNow() === told) return
      told = indexNow()
      turned(told)
    }, 80)
  })
  element.addEventListener('click', ({ target }) => {
    const at = [...element.children].indexOf(target as Element)
    if (at < 0) return
    bound = at
    element.scrollTo({ top: at * LINE, behavior: 'smooth' })
  })
  // A finger that turns it on the way has the last word.
  element.addEventListener('touchmove', () => (bound = null), { passive: true })

  const fill = (next: string[], at: number) => {
    count = next.length
    bound = null
    told = Math.max(0, Math.min(count - 1, at))
    element.replaceChildren(
      ...next.map((text) => Object.assign(document.createElement('div'), { textContent: text })),
    )
    element.scrollTop = told * LINE
    // Before it stands in the page a scroller cannot scroll.
    requestAnimationFrame(() => element.scrollTo({ top: told * LINE, behavior: 'instant' }))
  }
  fill(lines, index)
  return { element, index: indexNow, fill }
}
