import { WxElement } from './element.ts'
import { toContainerUnits } from '../engine/units.ts'

type Control = HTMLInputElement | HTMLTextAreaElement

const KEYBOARD: Record<string, string> = { number: 'numeric', digit: 'decimal', idcard: 'text' }

/** input: the person's own field inside, WeChat's events outside. */
export class Input extends WxElement {
  protected readonly tag: 'input' | 'textarea' = 'input'
  protected control!: Control
  #hint!: HTMLElement

  protected override build() {
    this.#hint = this.appendChild(document.createElement('div'))
    this.control = this.appendChild(document.createElement(this.tag))
    this.#hint.className = 'wx-placeholder'
    this.control.maxLength = 140
    this.#listen()
    this.#showHint()
  }

  #listen() {
    const { control } = this
    const stop = (event: Event) => event.stopPropagation()
    control.addEventListener('input', (event) => {
      stop(event)
      this.report('value', control.value)
      this.#showHint()
      this.grow()
      this.fire('input', { value: control.value, cursor: control.selectionStart ?? 0, keyCode: 0 })
    })
    control.addEventListener('change', stop)
    control.addEventListener('focus', () => this.fire('focus', { value: control.value, height: 0 }))
    control.addEventListener('blur', () => {
      this.props.focus = false
      this.fire('blur', { value: control.value, cursor: control.selectionStart ?? 0 })
    })
    control.addEventListener('keydown', (event) => {
      if ((event as KeyboardEvent).key !== 'Enter' || this.tag !== 'input') return
      this.fire('confirm', { value: control.value })
      if (!this.flag('confirmHold')) control.blur()
    })
  }

  protected override changed(name: string) {
    const { control } = this
    if (name === 'value' && control.value !== this.text('value')) control.value = this.text('value')
    if (name === 'value') this.grow()
    if (name === 'maxlength')
      control.maxLength = this.number('maxlength', 140) < 0 ? 524_288 : this.number('maxlength', 140)
    if (name === 'disabled') control.disabled = this.flag('disabled')
    if (name === 'confirmType') control.enterKeyHint = this.text('confirmType')
    if (name === 'focus' && this.flag('focus'))
      requestAnimationFrame(() => control.focus({ preventScroll: true }))
    if (control instanceof HTMLInputElement) {
      if (name === 'password') control.type = this.flag('password') ? 'password' : 'text'
      if (name === 'type') control.inputMode = KEYBOARD[this.text('type')] ?? 'text'
    }
    this.#showHint()
  }

  /** The placeholder is an element of its own, as in WeChat: a page styles it by class. */
  #showHint() {
    this.#hint.textContent = this.control.value === '' ? this.text('placeholder') : ''
    this.control.setAttribute('aria-label', this.text('placeholder'))
    this.#hint.style.cssText = toContainerUnits(this.text('placeholderStyle'))
    this.#hint.className = ['wx-placeholder', ...this.scopedClasses(this.text('placeholderClass'))].join(' ')
  }

  protected grow() {}

  override activate(target: Element) {
    if (!this.contains(target) || target === this) this.control.focus()
    return true
  }

  get formValue() {
    return this.control.value
  }

  reset() {
    this.setProp('value', '')
    this.report('value', '')
  }
}

export class Textarea extends Input {
  protected override readonly tag = 'textarea'

  protected override changed(name: string) {
    super.changed(name)
    if (name === 'autoHeight') this.grow()
  }

  protected override grow() {
    if (!this.flag('autoHeight')) return
    this.style.height = 'auto'
    this.control.style.height = 'auto'
    this.control.style.height = `${this.control.scrollHeight}px`
    const lines = Math.max(
      1,
      Math.round(
        this.control.scrollHeight / (Number.parseFloat(getComputedStyle(this.control).lineHeight) || 24),
      ),
    )
    this.fire('linechange', { height: this.control.scrollHeight, lineCount: lines })
  }
}
