import { me } from '../../../services/store'
import type { Stretch } from './recorder'

/** What was played and not delivered, for as long as it takes until the lesson is opened again with a network. */
const keyOf = (lessonId: string) => `watch.${me.get()?.personId ?? ''}.${lessonId}`

export function readKept(lessonId: string): Stretch[] {
  const kept = wx.getStorageSync<Stretch[] | ''>(keyOf(lessonId))
  return Array.isArray(kept) ? kept : []
}

export function keep(lessonId: string, ranges: Stretch[]) {
  try {
    if (ranges.length === 0) wx.removeStorageSync(keyOf(lessonId))
    else wx.setStorageSync(keyOf(lessonId), ranges)
  } catch {
    // A full phone keeps nothing; what is in memory still goes out with the next beat.
  }
}
