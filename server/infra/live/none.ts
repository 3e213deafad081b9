import { type LiveProvider, LiveRefused } from './provider.ts'

/** Where no live service is set up: classes can be planned, and none can begin. */
export function noLive(): LiveProvider {
  const refuse = () => Promise.reject(new LiveRefused('还没有接入直播服务，请联系平台管理员', false))
  return { open: refuse, end: () => Promise.resolve(), record: () => Promise.resolve(null) }
}
