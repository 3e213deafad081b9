import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { WxElement } from '../elements/element.ts'
import { type Point, rectOf, screen, toScreen } from '../screen.ts'
import type { PreviewBackend } from './backend.ts'

// The library declares its enum as const, which cannot be used across isolated modules.
const NORMAL = 0 as glassEasel.EventBubbleStatus

/** What reaches a page from the DOM itself; everything else is fired by our elements as a CustomEvent. */
const FROM_DOM = new Set([
  'touchstart',
  'touchmove',
  'touchend',
  'touchcancel',
  'tap',
  'canceltap',
  'longpress',
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
])

export interface TapWatch {
  /** Changes whenever another page comes on top. */
  pageOnTop: () => unknown
  /** Where the page's own coordinates begin. */
  pageBox: () => Element | null
}

interface WechatEvent {
  type: string
  timeStamp: number
  touches?: object[]
  changedTouches?: object[]
  getOriginalEvent: () => unknown
  getEventName: () => string
}

/** Makes events look as a page expects them, and gives taps to the built-in components. */
export function wireEvents(backend: PreviewBackend, watch: TapWatch) {
  backend.onEvent((target, type, detail: unknown, options) => {
    const source = options.originalEvent as Event
    const isOurs = source instanceof CustomEvent
    if (!isOurs && !FROM_DOM.has(type)) return NORMAL
    if (type === 'tap' && isDisabled(source.target)) return NORMAL

    const before = [watch.pageOnTop(), screen.lastElementChild]
    const given = isOurs ? (source.detail as unknown) : type === 'tap' ? toPage(detail as Point, watch) : {}
    const event = new glassEasel.Event(type, given, options)
    glassEasel.Event.dispatchEvent(target, event)
    if (type === 'tap') {
      activate(source.target)
      // The browser still has a click to give at this place; it must not hit the page or the sheet that has just opened.
      const isCovered = before[0] !== watch.pageOnTop() || before[1] !== screen.lastElementChild
      if (isCovered && source.cancelable) source.preventDefault()
      return NORMAL
    }
    return source.cancelable ? event.getEventBubbleStatus() : NORMAL
  })
  addTouches(watch)
  watchLongPress()
}

/** WeChat puts touches, type and time on the event itself. */
function addTouches(watch: TapWatch) {
  const prototype = glassEasel.Event.prototype as unknown as {
    wrapShadowedEvent: (this: WechatEvent, ...args: unknown[]) => WechatEvent
  }
  const wrap = prototype.wrapShadowedEvent
  prototype.wrapShadowedEvent = function (...args) {
    const event = wrap.apply(this, args)
    const source = this.getOriginalEvent()
    if (typeof TouchEvent !== 'undefined' && source instanceof TouchEvent) {
      event.touches = [...source.touches].map((it) => touch(it, it.identifier, watch))
      event.changedTouches = [...source.changedTouches].map((it) => touch(it, it.identifier, watch))
    } else if (source instanceof MouseEvent) {
      event.touches = event.changedTouches = [touch(source, 0, watch)]
    }
    event.type = this.getEventName()
    return event
  }
}

function touch(at: Touch | MouseEvent, identifier: number, watch: TapWatch) {
  const page = toPage({ x: at.clientX, y: at.clientY }, watch)
  const canvas = at.target instanceof Element ? at.target.closest('wx-canvas') : null
  const own = canvas ? relative(toScreen({ x: at.clientX, y: at.clientY }), canvas) : page
  return { identifier, clientX: page.x, clientY: page.y, pageX: page.x, pageY: page.y, ...own }
}

function toPage(point: Point, { pageBox }: TapWatch) {
  const box = pageBox()
  const onScreen = toScreen(point)
  return box ? relative(onScreen, box) : onScreen
}

function relative({ x, y }: Point, element: Element) {
  const { left, top } = rectOf(element)
  return { x: x - left, y: y - top }
}

const isDisabled = (target: EventTarget | null) =>
  target instanceof Element && target.closest<WxElement>('wx-button')?.flag('disabled') === true

/** The nearest built-in component that knows what to do with a tap does it. */
function activate(target: EventTarget | null) {
  for (let it = target instanceof Element ? target : null; it; it = it.parentElement) {
    if (it instanceof WxElement && it.activate(target as Element)) return
  }
}

/** WeChat's long press: 350 ms without moving. glass-easel has none. */
function watchLongPress() {
  let timer = 0
  const stop = () => clearTimeout(timer)
  addEventListener('pointerdown', ({ target, clientX: x, clientY: y }) => {
    stop()
    timer = window.setTimeout(() => {
      let element = target as (Element & { __wxElement?: glassEasel.Element }) | null
      while (element && !element.__wxElement) element = element.parentElement
      if (!element?.__wxElement) return
      const options = { bubbles: true, composed: true, capturePhase: true }
      glassEasel.Event.triggerEvent(element.__wxElement, 'longpress', { x, y }, options)
    }, 350)
  })
  for (const type of ['pointermove', 'pointerup', 'pointercancel', 'scroll'])
    addEventListener(type, stop, true)
}
