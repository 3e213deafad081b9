import type { AppConfig, TabItem } from '../tools/app-config.ts'
import { isFramed } from './identity.ts'
import { screen } from './screen.ts'

/** What the bars show of the page on top. */
export interface BarState {
  path: string
  title: string
  background: string
  isDark: boolean
  isCustom: boolean
  leading: 'back' | 'home' | 'none'
}

export interface BarActions {
  back: () => void
  home: () => void
  menu: () => void
  tab: (path: string) => void
}

const BACK =
  '<svg viewBox="0 0 12 24"><path d="M10 2 2 12l8 10" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
const HOME =
  '<svg viewBox="0 0 24 24"><path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z" fill="none" stroke="currentColor" stroke-width="2"/></svg>'

/** Status bar, navigation bar with the capsule, tab bar. */
export class Chrome {
  readonly #bar = document.createElement('header')
  readonly #tabs = document.createElement('nav')
  readonly #items: TabItem[]
  readonly #app: AppConfig

  constructor(app: AppConfig, actions: BarActions) {
    this.#app = app
    this.#items = app.tabBar?.list ?? []
    screen.classList.toggle('framed', isFramed)
    this.#bar.className = 'mp-bar'
    this.#bar.innerHTML = `<div class="mp-status"><b></b><i></i></div><div class="mp-nav"><button class="mp-leading"></button>
      <span class="mp-title"></span><div class="mp-capsule"><button aria-label="更多">更多</button><i></i></div></div>`
    this.#on('.mp-capsule button', actions.menu)
    this.#on('.mp-leading', () =>
      this.#part('.mp-leading').dataset.leading === 'home' ? actions.home() : actions.back(),
    )
    this.#part('.mp-status b').textContent = new Intl.DateTimeFormat('zh-CN', {
      hour: '2-digit',
      minute: '2-digit',
    }).format(new Date())
    this.#tabs.className = `mp-tabs ${app.tabBar?.borderStyle === 'white' ? 'white' : ''}`
    this.#tabs.style.background = app.tabBar?.backgroundColor ?? '#fff'
    this.#tabs.append(...this.#items.map((item) => tabButton(item, () => actions.tab(item.pagePath))))
    screen.append(this.#bar, this.#tabs)
  }

  isTab(path: string) {
    return this.#items.some((it) => it.pagePath === path)
  }

  /** Heights that a page cannot use. */
  heights() {
    return { status: isFramed ? 44 : 0, nav: 44, tab: this.#items.length > 0 ? 50 : 0 }
  }

  show({ path, title, background, isDark, isCustom, leading }: BarState) {
    this.#bar.style.background = isCustom ? 'transparent' : background
    this.#bar.style.color = isDark ? '#000' : '#fff'
    this.#bar.classList.toggle('custom', isCustom)
    this.#part('.mp-title').textContent = title
    const button = this.#part('.mp-leading')
    button.hidden = leading === 'none' || isCustom
    button.dataset.leading = leading
    button.ariaLabel = leading === 'home' ? '首页' : '返回'
    button.innerHTML = leading === 'home' ? HOME : BACK
    document.title = title
    this.#tabs.hidden = !this.isTab(path)
    this.#items.forEach((item, at) => {
      const tab = this.#tabs.children[at] as HTMLElement
      const isOn = item.pagePath === path
      tab.ariaSelected = String(isOn)
      tab.style.color = (isOn ? this.#app.tabBar?.selectedColor : this.#app.tabBar?.color) ?? ''
      const image = tab.querySelector('img')
      const icon = isOn ? (item.selectedIconPath ?? item.iconPath) : item.iconPath
      if (image && icon) image.src = icon
    })
  }

  /** A number or short text on a tab; `''` is a red dot, null takes it away. */
  badge(index: number, text: string | null) {
    const tab = this.#tabs.children[index]
    if (!tab) throw new Error('setTabBarBadge:fail there is no such tab')
    tab.querySelector('em')?.remove()
    if (text === null) return
    tab.append(
      Object.assign(document.createElement('em'), { textContent: text, className: text ? '' : 'dot' }),
    )
  }

  #part = (selector: string) => this.#bar.querySelector(selector) as HTMLElement
  #on = (selector: string, action: () => void) => this.#part(selector).addEventListener('click', action)
}

function tabButton({ text, iconPath }: TabItem, open: () => void) {
  const button = document.createElement('button')
  button.role = 'tab'
  if (iconPath) button.append(Object.assign(document.createElement('img'), { alt: '' }))
  button.append(Object.assign(document.createElement('span'), { textContent: text }))
  button.addEventListener('click', open)
  return button
}
