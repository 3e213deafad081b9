import { WxElement } from './element.ts'

/** A third of the way is a decision; so is a flick. */
const FLICK = 40

export class Swiper extends WxElement {
  #current = 0
  #timer = 0
  #dots: HTMLElement | undefined
  #from: { x: number; y: number } | null = null

  protected override build() {
    new MutationObserver(() => this.#layOut(false)).observe(this, { childList: true })
    this.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
      this.#from = { x, y }
    })
    const end = ({ clientX, clientY }: PointerEvent) => this.#swiped(clientX, clientY)
    this.addEventListener('pointerup', end)
    this.addEventListener('pointercancel', () => {
      this.#from = null
    })
    this.#layOut(false)
  }

  #swiped(x: number, y: number) {
    if (!this.#from) return
    const moved = this.flag('vertical') ? y - this.#from.y : x - this.#from.x
    this.#from = null
    if (Math.abs(moved) > FLICK) this.#go(this.#current - Math.sign(moved), 'touch')
  }

  protected override changed(name: string) {
    if (name === 'current' && this.number('current') !== this.#current) {
      this.#current = this.number('current')
      this.#layOut(true)
    }
    if (name === 'autoplay' || name === 'interval') this.#play()
    if (name === 'vertical') this.style.touchAction = this.flag('vertical') ? 'pan-x' : 'pan-y'
    if (name.startsWith('indicator')) this.#layOut(false)
  }

  protected override attached() {
    this.#play()
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #play() {
    clearInterval(this.#timer)
    if (!this.flag('autoplay')) return
    this.#timer = window.setInterval(
      () => {
        const last = this.#items().length - 1
        this.#go(this.#current >= last ? 0 : this.#current + 1, 'autoplay')
      },
      this.number('interval', 5000),
    )
  }

  #items() {
    return [...this.querySelectorAll<HTMLElement>('wx-swiper-item')].filter(
      (it) => it.closest('wx-swiper') === this,
    )
  }

  #go(to: number, source: string) {
    const count = this.#items().length
    const next = this.flag('circular') ? (to + count) % count : Math.max(0, Math.min(count - 1, to))
    if (next === this.#current) return
    this.#current = next
    this.report('current', next)
    this.#layOut(true)
    const item = this.#items()[next]
    const currentItemId = item instanceof WxElement ? item.text('itemId') : ''
    this.fire('change', { current: next, source, currentItemId })
    setTimeout(
      () => this.fire('animationfinish', { current: next, source, currentItemId }),
      this.number('duration', 500),
    )
  }

  #layOut(animated: boolean) {
    const axis = this.flag('vertical') ? 'Y' : 'X'
    const items = this.#items()
    items.forEach((item, index) => {
      item.style.transition = animated ? `transform ${this.number('duration', 500)}ms` : ''
      item.style.transform = `translate${axis}(${(index - this.#current) * 100}%)`
    })
    this.#showDots(items.length)
  }

  #showDots(count: number) {
    if (!this.flag('indicatorDots')) return this.#dots?.remove()
    this.#dots ??= Object.assign(document.createElement('div'), { className: 'wx-swiper-dots' })
    const [rest, active] = [
      this.text('indicatorColor', 'rgba(0,0,0,.3)'),
      this.text('indicatorActiveColor', '#000'),
    ]
    const dots = Array.from({ length: count }, (_, index) => {
      const dot = document.createElement('i')
      dot.style.background = index === this.#current ? active : rest
      return dot
    })
    this.#dots.replaceChildren(...dots)
    if (this.#dots.parentElement !== this) this.append(this.#dots)
  }
}
