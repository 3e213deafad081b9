import { WxElement } from './element.ts'

/** A built-in component that takes part in a form. */
export interface Field {
  formValue: unknown
  reset: () => void
}

const isField = (element: Element): element is WxElement & Field =>
  element instanceof WxElement && 'formValue' in element

interface FieldComponent {
  __wxElement?: { data?: { name?: string; value?: unknown }; hasBehavior?: unknown }
}

export class Form extends WxElement {
  submit() {
    const value: Record<string, unknown> = {}
    for (const element of this.querySelectorAll('*')) {
      if (isField(element)) {
        if (element.text('name')) value[element.text('name')] = element.formValue
        continue
      }
      // A component with the behaviour wx://form-field brings a name and a value of its own.
      const data = (element as Element & FieldComponent).__wxElement?.data
      if (data?.name && 'value' in data && !(element instanceof WxElement)) value[data.name] = data.value
    }
    this.fire('submit', { value, formId: '' })
  }

  reset() {
    for (const element of this.querySelectorAll('*')) if (isField(element)) element.reset()
    this.fire('reset')
  }
}
