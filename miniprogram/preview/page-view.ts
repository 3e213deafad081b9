import { watchPull } from './elements/pull.ts'
import type { Engine, Instance, Mounted } from './engine/engine.ts'
import type { ComponentConfig } from '../tools/app-config.ts'
import { EventChannel } from './event-channel.ts'
import { screen } from './screen.ts'

export interface PageRequest {
  path: string
  query: Record<string, string>
  config: ComponentConfig
}

/** One page of the stack: its own box on the screen, its scroller, its lifecycle. */
export class PageView {
  readonly path: string
  readonly query: Record<string, string>
  /** The page's .json over the app's `window`; setNavigationBarTitle changes it here. */
  readonly config: Record<string, unknown>
  readonly element = document.createElement('div')
  readonly scroller = document.createElement('div')
  readonly opener = new EventChannel()
  readonly #pull = document.createElement('div')
  readonly #mounted: Mounted
  readonly #engine: Engine
  #scrollTop = 0
  #wasAtBottom = false
  #isReady = false

  constructor(engine: Engine, { path, query, config }: PageRequest) {
    this.#engine = engine
    this.path = path
    this.query = query
    this.config = { ...config }
    this.element.className = 'mp-view'
    this.scroller.className = 'mp-scroll'
    this.#pull.className = 'mp-pull'
    this.#pull.textContent = '• • •'
    const body = document.createElement('wx-page')
    body.dataset.page = path
    this.scroller.append(this.#pull, body)
    this.element.append(this.scroller)
    screen.append(this.element)
    this.#mounted = engine.mount(path, body)
    Object.assign(this.instance, { route: path, options: query, getOpenerEventChannel: () => this.opener })
    this.#listen()
  }

  get instance(): Instance {
    return this.#mounted.instance
  }

  /** Calls a handler of the page, if it has one. */
  call(name: string, ...args: unknown[]): unknown {
    const handler = this.instance[name] as unknown
    return typeof handler === 'function'
      ? (handler as (...args: unknown[]) => unknown).apply(this.instance, args)
      : undefined
  }

  show() {
    this.element.hidden = false
    this.scroller.scrollTop = this.#scrollTop
    this.#mounted.component.triggerPageLifetime('show', [])
    this.call('onShow')
    if (this.#isReady) return
    this.#isReady = true
    this.#engine.flushReady()
    this.call('onReady')
  }

  hide() {
    this.#scrollTop = this.scroller.scrollTop
    this.element.hidden = true
    this.#mounted.component.triggerPageLifetime('hide', [])
    this.call('onHide')
  }

  close() {
    this.call('onUnload')
    this.#mounted.release()
    this.element.remove()
  }

  resized(size: object) {
    this.#mounted.component.triggerPageLifetime('resize', [{ size }])
    this.call('onResize', { size })
  }

  refresh(on: boolean) {
    this.#pull.classList.toggle('on', on)
    if (on) this.call('onPullDownRefresh')
  }

  #listen() {
    const { scroller } = this
    if (this.config.disableScroll) scroller.style.overflow = 'hidden'
    scroller.addEventListener('scroll', () => {
      if (this.element.hidden) return
      this.call('onPageScroll', { scrollTop: scroller.scrollTop })
      const distance = Number(this.config.onReachBottomDistance ?? 50)
      const isAtBottom = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - distance
      if (isAtBottom && !this.#wasAtBottom) this.call('onReachBottom')
      this.#wasAtBottom = isAtBottom
    })
    watchPull(
      scroller,
      () => this.config.enablePullDownRefresh === true,
      () => this.refresh(true),
    )
  }
}
