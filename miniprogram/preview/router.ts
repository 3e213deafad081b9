import type { AppBundle } from './app-bundle.ts'
import { Chrome } from './chrome.ts'
import { textOf } from './elements/element.ts'
import type { Engine } from './engine/engine.ts'
import { reportRoute } from './frame-link.ts'
import { PageView } from './page-view.ts'
import { screenSize, turn } from './screen.ts'

/** WeChat's limit on pages above each other. */
const DEEPEST = 10

/** The page stack, as wx.navigateTo and its kin see it. */
export class Router {
  readonly #bundle: AppBundle
  readonly #engine: Engine
  readonly chrome: Chrome
  /** A tab page stays alive while another tab shows. */
  readonly #tabPages = new Map<string, PageView>()
  #stack: PageView[] = []

  constructor(bundle: AppBundle, engine: Engine, openMenu: () => void) {
    this.#bundle = bundle
    this.#engine = engine
    this.chrome = new Chrome(bundle.app, {
      back: () => this.back(),
      home: () => this.reLaunch(`/${bundle.app.pages[0]}`),
      menu: openMenu,
      tab: (path) => this.switchTab(`/${path}`),
    })
    addEventListener('popstate', ({ state }) =>
      this.#movedInHistory((state as { depth?: number } | null)?.depth),
    )
    addEventListener('resize', () => this.#stack.length > 0 && this.refreshBars())
  }

  get pages(): readonly PageView[] {
    return this.#stack
  }

  get top(): PageView {
    const top = this.#stack.at(-1)
    if (!top) throw new Error('No page is open yet')
    return top
  }

  /** Opens the first page: what the address names, else the app's first. */
  launch(url: string | undefined) {
    const known = url && this.knows(this.#parse(url).path)
    this.reLaunch(known ? url : `/${this.#bundle.app.pages[0]}`)
    return !url || known
  }

  knows = (path: string) => this.#bundle.units.some((unit) => unit.isPage && unit.name === path)

  navigateTo(url: string) {
    const { path } = this.#parse(url)
    if (this.chrome.isTab(path)) throw new Error('can not navigateTo a tabbar page')
    if (this.#stack.length >= DEEPEST) throw new Error('webview count limit exceed')
    const page = this.#create(url)
    this.#stack.at(-1)?.hide()
    this.#stack.push(page)
    this.#arrive('push')
    return page
  }

  redirectTo(url: string) {
    if (this.chrome.isTab(this.#parse(url).path)) throw new Error('can not redirectTo a tabbar page')
    const page = this.#create(url)
    const old = this.#stack.pop()
    if (old) this.#close(old)
    this.#stack.push(page)
    this.#arrive('replace')
  }

  back(delta = 1) {
    const count = Math.min(delta, this.#stack.length - 1)
    if (count <= 0) return
    for (const page of this.#stack.splice(-count).reverse()) this.#close(page)
    this.#arrive('stay')
    if (this.#depthOfHistory() > this.#stack.length) history.go(-count)
  }

  switchTab(url: string) {
    const { path } = this.#parse(url)
    if (!this.chrome.isTab(path)) throw new Error('can not switch to no-tabBar page')
    if (this.#stack.length === 1 && this.top.path === path) return
    for (const page of this.#stack.splice(1).reverse()) this.#close(page)
    const [left] = this.#stack
    if (left && left.path !== path) {
      if (this.#tabPages.has(left.path)) left.hide()
      else this.#close(left)
    }
    this.#stack = [this.#tabPages.get(path) ?? this.#create(url)]
    this.#arrive('replace')
  }

  reLaunch(url: string) {
    const page = this.#parse(url)
    if (!this.knows(page.path)) throw new Error(`page "${page.path}" is not found`)
    for (const old of new Set([...this.#stack.reverse(), ...this.#tabPages.values()])) this.#close(old)
    this.#stack = [this.#create(url)]
    this.#arrive('replace')
  }

  /** Draws the bars again: the page on top, its title or the window has changed. */
  refreshBars() {
    const { top } = this
    turn(top.config.pageOrientation === 'landscape')
    const window = { ...this.#bundle.app.window, ...top.config }
    const isTab = this.chrome.isTab(top.path)
    this.chrome.show({
      path: top.path,
      title: textOf(window.navigationBarTitleText),
      background: textOf(window.navigationBarBackgroundColor, '#ffffff'),
      isDark: window.navigationBarTextStyle !== 'white',
      isCustom: window.navigationStyle === 'custom',
      leading:
        this.#stack.length > 1 ? 'back' : isTab || top.path === this.#bundle.app.pages[0] ? 'none' : 'home',
    })
    top.element.classList.toggle('with-tabs', isTab)
    top.element.classList.toggle('custom', window.navigationStyle === 'custom')
  }

  #create(url: string) {
    const { path, query } = this.#parse(url)
    const unit = this.#bundle.units.find((it) => it.isPage && it.name === path)
    if (!unit) throw new Error(`page "${path}" is not found`)
    const page = new PageView(this.#engine, { path, query, config: unit.config })
    page.element.hidden = true
    if (this.chrome.isTab(path)) this.#tabPages.set(path, page)
    page.call('onLoad', query)
    return page
  }

  #close(page: PageView) {
    page.close()
    if (this.#tabPages.get(page.path) === page) this.#tabPages.delete(page.path)
  }

  #arrive(how: 'push' | 'replace' | 'stay') {
    const { top } = this
    this.refreshBars()
    top.show()
    const hash = `#/${urlOf(top)}`
    const state = { depth: this.#stack.length }
    if (how === 'push') history.pushState(state, '', hash)
    else if (how === 'replace') history.replaceState(state, '', hash)
    reportRoute(hash, top.config.pageOrientation === 'landscape')
    top.resized({ windowWidth: screenSize().width, windowHeight: screenSize().height })
  }

  #depthOfHistory = () => (history.state as { depth?: number } | null)?.depth ?? 1

  /** The browser's own back button, or an address that a person typed. */
  #movedInHistory(depth: number | undefined) {
    if (depth === undefined) return void this.launch(location.hash.slice(1) || undefined)
    if (depth < this.#stack.length) this.back(this.#stack.length - depth)
    else if (depth > this.#stack.length)
      history.replaceState({ depth: this.#stack.length }, '', `#/${urlOf(this.top)}`)
  }

  #parse(url: string) {
    const [name = '', search = ''] = url.split('?')
    const path = new URL(name, `http://app/${this.#stack.at(-1)?.path ?? ''}`).pathname.slice(1)
    return { path, query: queryOf(search) }
  }
}

/** WeChat hands a page its query as it was written: what was encoded stays encoded. */
function queryOf(search: string) {
  const pairs = search.split('&').filter(Boolean)
  return Object.fromEntries(pairs.map((it) => [it.split('=', 1)[0] ?? '', it.slice(it.indexOf('=') + 1)]))
}

function urlOf({ path, query }: PageView) {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  return search.length > 0 ? `${path}?${search.join('&')}` : path
}
