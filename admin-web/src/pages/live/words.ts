import type { LiveDetail, LiveStatus } from '#contract/live'

export const STATUS_TEXT: Record<LiveStatus, string> = {
  scheduled: '待开课',
  live: '正在上课',
  ended: '已结束',
  cancelled: '已取消',
}
export const STATUS_TYPE: Record<LiveStatus, 'info' | 'success' | 'warning'> = {
  scheduled: 'warning',
  live: 'success',
  ended: 'info',
  cancelled: 'info',
}
export const RECORDING_TEXT: Record<LiveDetail['recording'], string> = {
  none: '这堂课没有录像。',
  waiting: '正在向直播服务取录像，取到以后会放进本单位的文件里。',
  ready: '录像已放进本单位的文件里。',
  failed: '录像没有取到。',
}
