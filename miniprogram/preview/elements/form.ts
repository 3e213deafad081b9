import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { WxElement } from './element.ts'

/** A built-in component that takes part in a form. */
export interface Field {
  formValue: unknown
  reset: () => void
}

const isField = (element: unknown): element is WxElement & Field =>
  element instanceof WxElement && 'formValue' in element

// The library declares its enum as const, which cannot be used across isolated modules.
const DESCENDANTS = 'composed-descendants-root-first' as glassEasel.ElementIteratorType

export class Form extends WxElement {
  submit() {
    const value: Record<string, unknown> = {}
    for (const node of this.#nodes()) {
      const element: unknown = node.getBackendElement()
      if (isField(element)) {
        if (element.text('name')) value[element.text('name')] = element.formValue
        continue
      }
      // A component with the behaviour wx://form-field brings a name and a value of its own. It may have no element.
      const { name, value: own } = fieldOf(node)
      if (name) value[name] = own
    }
    this.fire('submit', { value, formId: '' })
  }

  reset() {
    for (const node of this.#nodes()) {
      const element: unknown = node.getBackendElement()
      if (isField(element)) element.reset()
    }
    this.fire('reset')
  }

  #nodes(): Iterable<glassEasel.Element> {
    const root = (this as unknown as { __wxElement: glassEasel.Element }).__wxElement
    return new glassEasel.ElementIterator(root, DESCENDANTS)
  }
}

function fieldOf(node: glassEasel.Element): { name?: string; value?: unknown } {
  if (!glassEasel.Component.isComponent(node)) return {}
  const data = node.data as { name?: string; value?: unknown }
  return 'value' in data ? data : {}
}
