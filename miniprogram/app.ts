import { restore } from './services/account'
import { watchNetwork } from './services/network'
import { watchPrivacy } from './services/privacy'
import { flush } from './services/queue'

App({
  onLaunch() {
    watchNetwork()
    watchPrivacy()
    restore()
  },

  onShow() {
    // Receipts that waited while the phone was offline or the mini-program was closed go out first.
    void flush()
  },
})
