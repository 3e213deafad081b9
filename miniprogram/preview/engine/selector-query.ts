import type { glassEasel } from 'glass-easel-miniprogram-adapter'
import { WxElement } from '../elements/element.ts'
import { rectOf } from '../screen.ts'
import { describe, reportFailure } from '../failures.ts'
import type { Instance } from './engine.ts'

type Fields = WechatMiniprogram.Fields
type Answer = Record<string, unknown> | null
type Callback = (answer: never) => void

/** Answers where elements are and what they hold; `setPageBox` says where a page's coordinates begin. */
let pageBox: () => Element | null = () => null
export const viewport = () => pageBox()?.querySelector('.mp-scroll') ?? null
export const setPageBox = (box: typeof pageBox) => {
  pageBox = box
}

/** What wx.createSelectorQuery() and this.createSelectorQuery() return. */
export class SelectorQuery {
  #within: Instance
  readonly #asked: { run: () => Answer | Answer[]; done: Callback | undefined }[] = []

  constructor(within: Instance) {
    this.#within = within
  }

  in(component: Instance) {
    this.#within = component
    return this
  }

  select(selector: string) {
    const within = this.#within
    return this.#reference((fields) => {
      const [first] = elementsIn(within, selector)
      return first ? read(first, fields) : null
    })
  }

  selectAll(selector: string) {
    const within = this.#within
    return this.#reference((fields) => elementsIn(within, selector).map((it) => read(it, fields)))
  }

  selectViewport() {
    return this.#reference((fields) => readViewport(fields))
  }

  /** Like WeChat, answers later: the page has drawn by then. */
  exec(done?: (answers: unknown[]) => void) {
    requestAnimationFrame(() => {
      try {
        const answers = this.#asked.map(({ run, done: each }) => {
          const answer = run()
          each?.(answer as never)
          return answer
        })
        done?.(answers)
      } catch (error) {
        reportFailure(`createSelectorQuery: ${describe(error)}`)
      }
    })
    return this
  }

  #reference(run: (fields: Fields) => Answer | Answer[]) {
    const ask = (fields: Fields, done?: Callback) => {
      this.#asked.push({ run: () => run(fields), done })
      return this
    }
    return {
      boundingClientRect: (done?: Callback) => ask({ id: true, dataset: true, rect: true, size: true }, done),
      scrollOffset: (done?: Callback) => ask({ id: true, dataset: true, scrollOffset: true }, done),
      fields: (fields: Fields, done?: Callback) => ask(fields, done),
      node: (done?: Callback) => ask({ node: true }, done),
      context: (done?: Callback) => ask({ context: true }, done),
    }
  }
}

interface Found {
  wx: glassEasel.Element
  dom: HTMLElement
}

/** What a selector finds inside one page or component. */
export function elementsIn(within: Instance, selector: string): Found[] {
  const found = within._$.getShadowRoot()?.querySelectorAll(selector) ?? []
  return found.flatMap((wx) => {
    const dom = wx.getBackendElement() as unknown
    return dom instanceof HTMLElement ? [{ wx, dom }] : []
  })
}

function read({ wx, dom }: Found, fields: Fields) {
  const answer: Record<string, unknown> = {}
  if (fields.id) answer.id = wx.id
  if (fields.dataset) answer.dataset = wx.dataset
  if (fields.mark) answer.mark = wx.collectMarks()
  const rect = rectOf(dom)
  const origin = pageBox() ? rectOf(pageBox() as Element) : { left: 0, top: 0 }
  if (fields.rect) {
    answer.left = rect.left - origin.left
    answer.right = rect.right - origin.left
    answer.top = rect.top - origin.top
    answer.bottom = rect.bottom - origin.top
  }
  if (fields.size) Object.assign(answer, { width: rect.width, height: rect.height })
  if (fields.scrollOffset) Object.assign(answer, scrollOf(dom))
  if (fields.node || fields.context) {
    const node = dom instanceof WxElement ? dom.node() : dom
    Object.assign(answer, fields.node && { node }, fields.context && { context: node })
  }
  for (const name of fields.properties ?? []) answer[name] = propertyOf(wx, dom, name)
  const style = getComputedStyle(dom)
  for (const name of fields.computedStyle ?? []) answer[name] = style.getPropertyValue(toDashes(name))
  return answer
}

const toDashes = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const propertyOf = (wx: glassEasel.Element, dom: HTMLElement, name: string) =>
  dom instanceof WxElement
    ? dom.props[name]
    : (wx as unknown as { data?: Record<string, unknown> }).data?.[name]

function readViewport(fields: Fields) {
  const box = pageBox()
  const { width, height } = box ? rectOf(box) : { width: innerWidth, height: innerHeight }
  return {
    ...(fields.id && { id: '' }),
    ...(fields.dataset && { dataset: {} }),
    ...(fields.rect && { left: 0, top: 0, right: width, bottom: height }),
    ...(fields.size && { width, height }),
    ...(fields.scrollOffset && box && scrollOf(box.querySelector('.mp-scroll') ?? box)),
  }
}

const scrollOf = ({ scrollLeft, scrollTop, scrollWidth, scrollHeight }: Element) => ({
  scrollLeft,
  scrollTop,
  scrollWidth,
  scrollHeight,
})
