import { pages } from './pages'
import { me } from './store'

interface Place {
  schoolName: string
  className: string
}

const KEY = 'paper-letter'

/** A paper notice leads a family into its class first; the letter waits on this phone until they are in, be it days later. */
export const keepPaperLetter = (letterId: string, { schoolName, className }: Place) =>
  wx.setStorageSync(KEY, { letterId, schoolName, className })

/** The page of the letter that waits, once: as soon as a child of theirs is in the class. */
export function takePaperLetter(): string | null {
  const kept = wx.getStorageSync<(Place & { letterId: string }) | ''>(KEY)
  if (!kept || !isOfClass(kept)) return null
  wx.removeStorageSync(KEY)
  return `${pages.letter}?id=${kept.letterId}`
}

export const isOfClass = ({ schoolName, className }: Place) =>
  me.get()?.children.some((it) => it.className === className && it.schoolName === schoolName) ?? false
