import { listHelpLines, type HelpLine } from '../contract'
import { call } from './api'

const KEPT = 'helpLines'

/** Of the whole country and at every hour: for a phone that has never had a network. */
const ALWAYS: HelpLine[] = [
  { name: '报警', number: '110', hours: '24小时', about: '', allDay: true, isOpen: true },
  { name: '急救', number: '120', hours: '24小时', about: '', allDay: true, isOpen: true },
  { name: '青少年服务台', number: '12355', hours: '24小时', about: '', allDay: true, isOpen: true },
]

/** The lines of the child's city with what is open now; without a network those heard last, which no longer know the hour. */
export async function helpLinesFor(studentId: string | undefined): Promise<HelpLine[]> {
  try {
    const { lines } = await call(listHelpLines, studentId ? { studentId } : {})
    wx.setStorageSync(KEPT, lines)
    return lines
  } catch {
    const kept = wx.getStorageSync<HelpLine[] | ''>(KEPT)
    return kept ? kept.map((it) => ({ ...it, isOpen: it.allDay ? true : null })) : ALWAYS
  }
}
