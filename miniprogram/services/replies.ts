import { countMyThreads, countThreads } from '../contract'
import { call } from './api'
import { cell, me } from './store'

/** What is new in the threads of the person who is signed in; shown beside 信件. */
export interface News {
  /** A family's: threads with an answer nobody has opened here. A teacher's: families that wait. */
  unread: number
  urgent: number
  /** What nobody has answered for five working days, for who runs a school. */
  unanswered: number
  children: { studentId: string; unread: number }[]
}

const NOTHING: News = { unread: 0, urgent: 0, unanswered: 0, children: [] }
export const news = cell<News>(NOTHING)

const LETTERS_TAB = 2

/** Asks what is new and says so on the tab. A page never fails because of it. */
export async function lookForNews() {
  try {
    news.set(await asked())
    const { unread } = news.get()
    if (unread > 0)
      await wx.setTabBarBadge({ index: LETTERS_TAB, text: unread > 99 ? '99+' : String(unread) })
    else await wx.removeTabBarBadge({ index: LETTERS_TAB })
  } catch {
    // No network, or a page without tabs is on the screen: the next look says it.
  }
}

async function asked(): Promise<News> {
  const who = me.get()
  if (who?.role === 'staff') {
    const { waiting, urgent, unanswered = 0 } = await call(countThreads, {})
    return { ...NOTHING, unread: waiting, urgent, unanswered }
  }
  if (!who || who.children.length === 0) return NOTHING
  const { unread, children } = await call(countMyThreads, {})
  return { ...NOTHING, unread, children }
}
