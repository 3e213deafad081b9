import { elementsIn } from './selector-query.ts'
import type { Instance } from './engine.ts'

interface Margins {
  left?: number
  right?: number
  top?: number
  bottom?: number
}

type Listener = (result: object) => void

interface Options {
  thresholds?: number[]
  initialRatio?: number
  observeAll?: boolean
}

/** What wx.createIntersectionObserver() and this.createIntersectionObserver() return; the adapter's skips the first news. */
export class PageIntersectionObserver {
  readonly #within: Instance
  readonly #options: Options
  readonly #viewport: () => Element | null
  #root: () => Element | null
  #margins: Margins = {}
  #observer: IntersectionObserver | undefined

  constructor(within: Instance, options: Options, viewport: () => Element | null) {
    this.#within = within
    this.#options = options
    this.#viewport = viewport
    this.#root = viewport
  }

  relativeTo(selector: string, margins: Margins = {}) {
    this.#root = () => elementsIn(this.#within, selector)[0]?.dom ?? this.#viewport()
    this.#margins = margins
    return this
  }

  relativeToViewport(margins: Margins = {}) {
    this.#root = this.#viewport
    this.#margins = margins
    return this
  }

  observe(selector: string, listener: Listener) {
    const { thresholds = [0], initialRatio = 0, observeAll = false } = this.#options
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#margins
    const found = elementsIn(this.#within, selector).slice(0, observeAll ? undefined : 1)
    const seen = new Map(found.map(({ dom }) => [dom as Element, initialRatio]))
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const {
          target,
          intersectionRatio,
          boundingClientRect,
          intersectionRect,
          rootBounds,
          time,
        } of entries) {
          const before = seen.get(target)
          seen.set(target, intersectionRatio)
          if (before === intersectionRatio) continue
          const { wx } = found.find(({ dom }) => dom === target) ?? {}
          const rects = { boundingClientRect, intersectionRect, relativeRect: rootBounds }
          listener({ id: wx?.id ?? '', dataset: wx?.dataset ?? {}, intersectionRatio, time, ...rects })
        }
      },
      { root: this.#root(), threshold: thresholds, rootMargin: `${top}px ${right}px ${bottom}px ${left}px` },
    )
    for (const { dom } of found) this.#observer.observe(dom)
  }

  disconnect() {
    this.#observer?.disconnect()
  }
}
