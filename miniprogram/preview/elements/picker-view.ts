import { LINE } from './wheels.ts'
import { WxElement } from './element.ts'

/** picker-view: wheels that stand in the page. */
export class PickerView extends WxElement {
  #timer = 0

  protected override build() {
    this.addEventListener(
      'scroll',
      () => {
        clearTimeout(this.#timer)
        this.#timer = window.setTimeout(() => this.#turned(), 100)
      },
      true,
    )
    new MutationObserver(() => this.#place()).observe(this, { childList: true, subtree: true })
  }

  protected override changed(name: string) {
    if (name === 'value') this.#place()
  }

  protected override attached() {
    this.#place()
  }

  #columns() {
    return [...this.querySelectorAll<HTMLElement>('wx-picker-view-column')]
  }

  #place() {
    const value = (this.props.value ?? []) as number[]
    requestAnimationFrame(() =>
      this.#columns().forEach((it, at) => it.scrollTo({ top: (value[at] ?? 0) * LINE, behavior: 'instant' })),
    )
  }

  #turned() {
    const value = this.#columns().map((it) => Math.round(it.scrollTop / LINE))
    const before = (this.props.value ?? []) as number[]
    if (value.join() === before.join()) return
    this.report('value', value)
    this.fire('change', { value })
  }
}
