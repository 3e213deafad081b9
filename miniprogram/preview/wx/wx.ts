import { reportFailure } from '../failures.ts'
import { accountApi } from './account.ts'
import { createAnimation } from './animation.ts'
import type { Phone } from './api.ts'
import { deviceApi } from './device.ts'
import { dialogsApi } from './dialogs.ts'
import { filesApi } from './files.ts'
import { mediaApi } from './media.ts'
import { navigationApi } from './navigation.ts'
import { networkApi } from './network.ts'
import { privacyApi } from './privacy.ts'
import { shareApi } from './share.ts'
import { soundApi } from './sound.ts'
import { storageApi } from './storage.ts'

/** The global `wx`. A name that it does not know fails at once and in red: a page must not fail silently later. */
export function createWx(phone: Phone) {
  const known: Record<string, unknown> = {
    createAnimation,
    ...accountApi(),
    ...deviceApi(phone),
    ...dialogsApi(),
    ...filesApi(),
    ...mediaApi(phone),
    ...navigationApi(phone),
    ...networkApi(),
    ...privacyApi(),
    ...shareApi(phone),
    ...soundApi(),
    ...storageApi(),
  }
  known.canIUse = (what: string) => (what.split('.', 1)[0] ?? '') in known
  return new Proxy(known, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name) as unknown
      const message = `wx.${name} is not in the preview`
      reportFailure(message)
      throw new Error(message)
    },
  })
}
