import { screenSize } from '../screen.ts'
import { api, news, nothing, type Phone } from './api.ts'

const ENGINE = '3.8.12'

export function deviceApi({ router, launch }: Phone) {
  const shown = news<object>()
  const hidden = news<object>()
  document.addEventListener('visibilitychange', () => (document.hidden ? hidden : shown).tell(launch))

  const windowInfo = () => {
    const { width, height } = screenSize()
    const { status, nav, tab } = router.chrome.heights()
    const top = router.pages.at(-1)
    const isCustom = top?.config.navigationStyle === 'custom'
    const used = (isCustom ? 0 : status + nav) + (top && router.chrome.isTab(top.path) ? tab : 0)
    return {
      pixelRatio: devicePixelRatio,
      screenWidth: width,
      screenHeight: height,
      windowWidth: width,
      windowHeight: height - used,
      statusBarHeight: status,
      screenTop: isCustom ? 0 : status + nav,
      safeArea: { left: 0, right: width, top: status, bottom: height, width, height: height - status },
    }
  }
  const appBaseInfo = () => ({
    SDKVersion: ENGINE,
    version: '8.0.50',
    language: 'zh_CN',
    theme: 'light',
    enableDebug: false,
    fontSizeSetting: 17 * fontScale(),
    fontSizeScaleFactor: fontScale(),
    host: { appId: '' },
  })
  const deviceInfo = () => ({
    brand: 'devtools',
    model: 'iPhone 14',
    system: 'iOS 17.0',
    platform: 'devtools',
    benchmarkLevel: 1,
    abi: '',
  })
  const systemInfo = () => ({ ...windowInfo(), ...appBaseInfo(), ...deviceInfo() })

  return {
    getWindowInfo: windowInfo,
    getAppBaseInfo: appBaseInfo,
    getDeviceInfo: deviceInfo,
    getSystemInfoSync: systemInfo,
    getSystemInfo: api('getSystemInfo', systemInfo),
    getMenuButtonBoundingClientRect: () => {
      const top = router.chrome.heights().status + 6
      const right = screenSize().width - 7
      return { width: 87, height: 32, top, bottom: top + 32, left: right - 87, right }
    },
    getAccountInfoSync: () => ({ miniProgram: { appId: 'preview', envVersion: 'develop', version: '' } }),
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    onAppShow: shown.on,
    offAppShow: shown.off,
    onAppHide: hidden.on,
    offAppHide: hidden.off,
    getUpdateManager: () => ({
      onCheckForUpdate() {},
      onUpdateReady() {},
      onUpdateFailed() {},
      applyUpdate() {},
    }),
    nextTick: (run: () => void) => queueMicrotask(run),
    vibrateShort: nothing('vibrateShort'),
    hideKeyboard: api('hideKeyboard', () => (document.activeElement as HTMLElement | null)?.blur()),
    setKeepScreenOn: nothing('setKeepScreenOn'),
    reportEvent: () => {},
    getRealtimeLogManager: () => realtimeLog(),
    onThemeChange: () => {},
    offThemeChange: () => {},
    onWindowResize: () => {},
    offWindowResize: () => {},
    onMenuButtonBoundingClientRectWeightChange: () => {},
    offMenuButtonBoundingClientRectWeightChange: () => {},
  }
}

/** `?font=1.3` shows the app as a grandparent sees it. */
const fontScale = () => Number(new URLSearchParams(location.search).get('font') ?? 1)

function realtimeLog() {
  // eslint-disable-next-line no-console -- the browser's console is what a developer has for WeChat's log
  const log = (...words: unknown[]) => console.info('[log]', ...words)
  return {
    info: log,
    warn: log,
    error: log,
    setFilterMsg() {},
    addFilterMsg() {},
    in: () => {},
    tag: () => ({ info: log, warn: log, error: log }),
  }
}
