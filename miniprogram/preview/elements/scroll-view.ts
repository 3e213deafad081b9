import { watchPull } from './pull.ts'
import { WxElement } from './element.ts'

export class ScrollView extends WxElement {
  #wasAtEnd = false
  #wasAtStart = true
  #pull: HTMLElement | undefined

  protected override build() {
    // The page's own event has the same name, and comes here as well.
    this.addEventListener('scroll', ({ isTrusted }) => isTrusted && this.#scrolled(), { passive: true })
    watchPull(
      this,
      () => this.flag('refresherEnabled'),
      () => {
        this.#showRefresher(true)
        this.fire('refresherrefresh')
      },
    )
  }

  #scrolled() {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = this
    this.fire('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth, deltaX: 0, deltaY: 0 })
    const horizontal = this.flag('scrollX')
    const from = horizontal ? scrollLeft : scrollTop
    const left = horizontal ? scrollWidth - scrollLeft - clientWidth : scrollHeight - scrollTop - clientHeight
    const isAtEnd = left <= this.number('lowerThreshold', 50)
    const isAtStart = from <= this.number('upperThreshold', 50)
    if (isAtEnd && !this.#wasAtEnd) this.fire('scrolltolower', { direction: horizontal ? 'right' : 'bottom' })
    if (isAtStart && !this.#wasAtStart) this.fire('scrolltoupper', { direction: horizontal ? 'left' : 'top' })
    this.#wasAtEnd = isAtEnd
    this.#wasAtStart = isAtStart
  }

  protected override changed(name: string) {
    const behavior = this.flag('scrollWithAnimation') ? 'smooth' : 'instant'
    // The page may set the position together with the content that makes it reachable.
    if (name === 'scrollTop')
      requestAnimationFrame(() => this.scrollTo({ top: this.number('scrollTop'), behavior }))
    if (name === 'scrollLeft')
      requestAnimationFrame(() => this.scrollTo({ left: this.number('scrollLeft'), behavior }))
    if (name === 'scrollIntoView')
      requestAnimationFrame(() => this.#bringIntoView(this.text('scrollIntoView'), behavior))
    if (name === 'scrollX') this.classList.toggle('wx-scroll-x', this.flag('scrollX'))
    if (name === 'scrollY') this.classList.toggle('wx-scroll-y', this.flag('scrollY'))
    if (name === 'refresherTriggered') this.#showRefresher(this.flag('refresherTriggered'))
  }

  #bringIntoView(id: string, behavior: ScrollBehavior) {
    if (!id) return
    const target = [...this.querySelectorAll<Element & { __wxElement?: { id: string } }>('*')].find(
      (it) => it.__wxElement?.id === id,
    )
    if (!target) return
    const [own, its] = [this.getBoundingClientRect(), target.getBoundingClientRect()]
    this.scrollBy({ top: its.top - own.top, left: its.left - own.left, behavior })
  }

  #showRefresher(on: boolean) {
    if (!on) return this.#pull?.remove()
    this.#pull ??= Object.assign(document.createElement('div'), {
      className: 'mp-pull on',
      textContent: '• • •',
    })
    this.prepend(this.#pull)
  }
}
