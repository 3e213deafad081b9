import type { AppBundle } from './app-bundle.ts'
import { createEngine } from './engine/engine.ts'
import { setPageBox } from './engine/selector-query.ts'
import { defineElements } from './elements/register.ts'
import { describe, reportFailure, watchUncaught } from './failures.ts'
import { Router } from './router.ts'
import { screen } from './screen.ts'
import { knowImages } from './temp-files.ts'
import { answerOpenTypes } from './wx/open-types.ts'
import { openCapsuleMenu } from './wx/share.ts'
import { createWx } from './wx/wx.ts'

interface AppDefinition {
  onLaunch?: (options: object) => void
  onShow?: (options: object) => void
  onHide?: () => void
  onPageNotFound?: (options: object) => void
}

/** Switches the phone on: app.js of the built preview calls this with the whole app. */
export function start(bundle: AppBundle) {
  watchUncaught()
  document.body.append(screen)
  knowImages(bundle.images)
  defineElements()
  const pageBox = () => router.pages.at(-1)?.element ?? null
  const engine = createEngine(bundle, { pageOnTop: () => router.pages.at(-1), pageBox })
  setPageBox(pageBox)
  const router: Router = new Router(bundle, engine, () => void openCapsuleMenu(router))

  let app: AppDefinition = {}
  const phone = { router, launch: launchOptions(bundle) }
  Object.assign(globalThis, {
    wx: createWx(phone),
    App: (definition: AppDefinition) => {
      app = definition
    },
    getApp: () => app,
    getCurrentPages: () => router.pages.map((it) => it.instance),
  })
  answerOpenTypes(router)
  engine.load()

  guarded(() => app.onLaunch?.(phone.launch))
  guarded(() => app.onShow?.(phone.launch))
  guarded(() => {
    if (!router.launch(location.hash.slice(1) || undefined)) app.onPageNotFound?.(phone.launch)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) app.onHide?.()
    else app.onShow?.(phone.launch)
  })
}

function launchOptions({ app }: AppBundle) {
  const [path = '', search = ''] = location.hash.slice(2).split('?')
  const query = Object.fromEntries(new URLSearchParams(search))
  // 1007 is a share card; the address bar is the nearest that a browser has.
  return {
    path: path || (app.pages[0] ?? ''),
    query,
    scene: path ? 1007 : 1001,
    shareTicket: '',
    referrerInfo: {},
  }
}

function guarded(run: () => void) {
  try {
    run()
  } catch (error) {
    reportFailure(describe(error))
  }
}
