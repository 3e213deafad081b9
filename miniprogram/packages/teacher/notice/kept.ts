import type { Notice } from './rules'

/** A notice as it is kept on this phone until it is out, with the number that makes a second sending harmless. */
export interface KeptNotice extends Notice {
  requestId: string
  /** What was sent last without an answer; whether it arrived this phone does not know. */
  tried?: string
  unitId: string
}

const KEY = 'notice-draft'

export const keptNotice = (): KeptNotice | null => wx.getStorageSync<KeptNotice | ''>(KEY) || null
export const keepNotice = (notice: KeptNotice) => wx.setStorageSync(KEY, notice)
export const dropNotice = () => wx.removeStorageSync(KEY)

export const newRequest = () => `notice-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`
