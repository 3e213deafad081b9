import { WxElement } from './element.ts'

/** view, text, form-less containers: what they look like is CSS alone. */
export class Plain extends WxElement {}

/** label: a tap on it is a tap on its control. */
export class Label extends WxElement {
  override activate(target: Element) {
    const id = this.text('for')
    const controls = 'wx-checkbox,wx-radio,wx-switch,wx-input,wx-textarea,wx-button'
    const page = this.closest('wx-page')
    const control = id
      ? [...(page?.querySelectorAll(controls) ?? [])].find((it) => idOf(it) === id)
      : this.querySelector(controls)
    return control instanceof WxElement && !control.contains(target) && control.activate(control)
  }
}

const idOf = (element: Element) => (element as Element & { __wxElement?: { id: string } }).__wxElement?.id

/** navigator: asks the phone to go somewhere. */
export class Navigator extends WxElement {
  override activate() {
    const detail = {
      openType: this.text('openType', 'navigate'),
      url: this.text('url'),
      delta: this.number('delta', 1),
    }
    document.dispatchEvent(new CustomEvent('mp:navigate', { detail }))
    return true
  }
}
