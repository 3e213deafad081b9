import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { toContainerUnits } from './units.ts'
import { WxElement } from '../elements/element.ts'

type Backend = glassEasel.domlikeBackend.Element
type ModelListener = ((value: unknown) => void) | null

/** glass-easel on this document, with WeChat's own components as custom elements. */
export class PreviewBackend extends glassEasel.CurrentWindowBackendContext {
  override document = {
    createElement: (tag: string) => create(tag),
    createTextNode: (text: string) => document.createTextNode(text) as unknown as Backend,
    createDocumentFragment: () => document.createDocumentFragment() as unknown as Backend,
  }

  /** `model:value="{{ x }}"`: our elements report what the person typed or chose. */
  override setModelBindingStat(element: Backend, attribute: string, listener: ModelListener) {
    const target = element as unknown as HTMLElement
    if (target instanceof WxElement) target.bindModel(attribute, listener)
    else super.setModelBindingStat(element, attribute, listener)
  }
}

function create(tag: string) {
  const element = document.createElement(tag)
  const setAttribute = element.setAttribute.bind(element)
  // Inline styles hold rpx too.
  element.setAttribute = (name, value) =>
    setAttribute(name, name === 'style' ? toContainerUnits(String(value)) : value)
  return element as unknown as Backend
}

/**
 * Chrome takes touch listeners on body for passive, and glass-easel listens there; `catch:touchmove` must be able
 * to hold the page still under a popup.
 */
export function letTouchesBeCaught() {
  const listen: typeof document.body.addEventListener = document.body.addEventListener.bind(document.body)
  document.body.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: unknown,
  ) =>
    listen(type, listener, {
      ...(options as AddEventListenerOptions),
      ...(type.startsWith('touch') && { passive: false }),
    })
}
