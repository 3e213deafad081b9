import { playSteps, type Step } from './animation.ts'

/** A WeChat built-in component as a custom element: `wx-view`, `wx-button`, … */
export abstract class WxElement extends HTMLElement {
  /** What the template gave, as it is, by camel-cased name. */
  readonly props: Record<string, unknown> = {}
  readonly #models = new Map<string, (value: unknown) => void>()
  #isBuilt = false

  connectedCallback() {
    if (!this.#isBuilt) {
      this.#isBuilt = true
      this.build()
      for (const name of Object.keys(this.props)) this.changed(name)
    }
    this.attached()
  }

  setProp(name: string, value: unknown) {
    const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    this.props[camel] = value
    if (camel === 'animation') playSteps(this, (value as { actions?: Step[] } | null)?.actions ?? [])
    if (this.#isBuilt) this.changed(camel)
  }

  bindModel(name: string, listener: ((value: unknown) => void) | null) {
    if (listener) this.#models.set(name, listener)
    else this.#models.delete(name)
  }

  /** A tap that nothing inside has used; true uses it up. */
  activate(_target: Element): boolean {
    return false
  }

  /** What SelectorQuery's node() gives. */
  node(): unknown {
    return this
  }

  text(name: string, fallback = '') {
    const value = this.props[name]
    return value === undefined || value === null ? fallback : textOf(value)
  }

  flag(name: string, fallback = false) {
    const value = this.props[name]
    return value === undefined || value === null ? fallback : value === '' || Boolean(value)
  }

  number(name: string, fallback = 0) {
    const value = Number(this.props[name] ?? fallback)
    return Number.isFinite(value) ? value : fallback
  }

  /** Classes named in an attribute, as the owner's styles know them. */
  protected scopedClasses(names: string) {
    const host = hostOf(this)
    const prefix = host
      ?.getRootBehavior()
      .ownerSpace.styleScopeManager.queryName(host.getComponentOptions().styleScope ?? 0)
    return names
      .split(/\s+/)
      .flatMap((name) => (name && prefix ? [name, `${prefix}--${name}`] : name ? [name] : []))
  }

  /** Reports a change that the person made: to `model:`, and to the element's own state. */
  protected report(name: string, value: unknown) {
    this.props[name] = value
    this.#models.get(name)?.(value)
  }

  fire(type: string, detail: object = {}, bubbles = false) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles, composed: bubbles }))
  }

  /** Makes what is inside, once. */
  protected build() {}

  /** One property has a new value. */
  protected changed(_name: string) {}

  /** The element stands in the page, for the first time or again. */
  protected attached() {}
}

/** A shadow root with a style and some HTML of our own. */
export function shadow(host: HTMLElement, html: string) {
  const root = host.attachShadow({ mode: 'open' })
  root.innerHTML = html
  return root
}

interface Host {
  is: string
  getComponentOptions: () => { styleScope: number | null }
  getRootBehavior: () => {
    ownerSpace: { styleScopeManager: { queryName: (scope: number) => string | undefined } }
  }
}

/** The component whose template holds this element. */
const hostOf = (element: Element) =>
  (
    element as Element & { __wxElement?: { ownerShadowRoot: { getHostNode: () => Host } | null } }
  ).__wxElement?.ownerShadowRoot?.getHostNode()

/** Its path in the app: relative image paths start there. */
export const ownerOf = (element: Element) => hostOf(element)?.is ?? ''

/** Only what has a text of its own is written out. */
export const textOf = (value: unknown, fallback = '') =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : fallback
