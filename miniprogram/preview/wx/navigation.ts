import type { Instance } from '../engine/engine.ts'
import { SelectorQuery } from '../engine/selector-query.ts'
import { api, type Phone } from './api.ts'

interface Url {
  url: string
}

type Events = Record<string, (...args: unknown[]) => void>

export function navigationApi({ router }: Phone) {
  const go = {
    navigateTo: api('navigateTo', ({ url, events = {} }: Url & { events?: Events }) => {
      const page = router.navigateTo(url)
      for (const [name, listener] of Object.entries(events)) page.opener.on(name, listener)
      return { eventChannel: page.opener }
    }),
    redirectTo: api('redirectTo', ({ url }: Url) => router.redirectTo(url)),
    reLaunch: api('reLaunch', ({ url }: Url) => router.reLaunch(url)),
    switchTab: api('switchTab', ({ url }: Url) => router.switchTab(url)),
    navigateBack: api('navigateBack', ({ delta = 1 }: { delta?: number }) => router.back(delta)),
  }
  document.addEventListener('mp:navigate', (event) => {
    const { openType, url, delta } = (event as CustomEvent<Url & { openType: string; delta: number }>).detail
    if (openType === 'navigateBack') return void go.navigateBack({ delta })
    const name = ({ redirect: 'redirectTo', navigate: 'navigateTo' } as const)[openType] ?? openType
    void go[name as 'navigateTo']({ url })
  })

  const badge = (index: number, text: string | null) => router.chrome.badge(index, text)
  const configure = (changes: Record<string, unknown>) => {
    Object.assign(router.top.config, changes)
    router.refreshBars()
  }

  return {
    ...go,
    setNavigationBarTitle: api('setNavigationBarTitle', ({ title }: { title: string }) =>
      configure({ navigationBarTitleText: title }),
    ),
    setNavigationBarColor: api(
      'setNavigationBarColor',
      (colors: { frontColor: string; backgroundColor: string }) =>
        configure({
          navigationBarTextStyle: colors.frontColor === '#ffffff' ? 'white' : 'black',
          navigationBarBackgroundColor: colors.backgroundColor,
        }),
    ),
    setTabBarBadge: api('setTabBarBadge', ({ index, text }: { index: number; text: string }) =>
      badge(index, text),
    ),
    removeTabBarBadge: api('removeTabBarBadge', ({ index }: { index: number }) => badge(index, null)),
    showTabBarRedDot: api('showTabBarRedDot', ({ index }: { index: number }) => badge(index, '')),
    hideTabBarRedDot: api('hideTabBarRedDot', ({ index }: { index: number }) => badge(index, null)),
    startPullDownRefresh: api('startPullDownRefresh', () => router.top.refresh(true)),
    stopPullDownRefresh: api('stopPullDownRefresh', () => router.top.refresh(false)),
    pageScrollTo: api('pageScrollTo', (to: WechatMiniprogram.PageScrollToOption) =>
      scrollPage(router.top.scroller, to, router.top.instance),
    ),
    createSelectorQuery: () => new SelectorQuery(router.top.instance),
    createIntersectionObserver: (within: Instance, options?: object) =>
      within.createIntersectionObserver(options),
  }
}

function scrollPage(
  scroller: HTMLElement,
  { scrollTop, selector, duration = 300, offsetTop = 0 }: WechatMiniprogram.PageScrollToOption,
  page: Instance,
) {
  const target = selector
    ? (page._$.getShadowRoot()?.querySelector(selector)?.getBackendElement() as unknown)
    : null
  const at =
    target instanceof HTMLElement
      ? target.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
      : 0
  scroller.scrollTo({
    top: target ? at + offsetTop : (scrollTop ?? 0),
    behavior: duration === 0 ? 'instant' : 'smooth',
  })
}
