import { Form } from './form.ts'
import { WxElement } from './element.ts'

/** What a button asks of the phone: a phone number, a share card, the person's consent. */
export interface OpenTypeRequest {
  types: string[]
  button: WxElement
}

export class Button extends WxElement {
  protected override build() {
    this.role = 'button'
  }

  protected override changed(name: string) {
    if (name === 'disabled') this.ariaDisabled = String(this.flag('disabled'))
    if (name === 'loading') this.classList.toggle('wx-button-loading', this.flag('loading'))
  }

  override activate() {
    if (this.flag('disabled')) return true
    const formType = this.text('formType')
    const types = this.text('openType').split('|').filter(Boolean)
    const form = this.closest('wx-form')
    if (form instanceof Form && formType === 'submit') form.submit()
    if (form instanceof Form && formType === 'reset') form.reset()
    if (types.length > 0) {
      document.dispatchEvent(
        new CustomEvent<OpenTypeRequest>('mp:open-type', { detail: { types, button: this } }),
      )
    }
    return formType !== '' || types.length > 0
  }
}
