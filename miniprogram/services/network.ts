import { flush } from './queue'
import { online } from './store'

/** Knows when the network goes and comes; what waited is sent as soon as it is back. */
export function watchNetwork() {
  void wx.getNetworkType().then(({ networkType }) => online.set(networkType !== 'none'))
  wx.onNetworkStatusChange(({ isConnected }) => {
    online.set(isConnected)
    if (isConnected) void flush()
  })
}
