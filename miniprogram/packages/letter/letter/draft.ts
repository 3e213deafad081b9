import type { AnswerItem } from '../../../contract'
import { me } from '../../../services/store'

interface Draft {
  /** A phone is lent: nobody goes on with what another guardian began. */
  personId: string
  items: AnswerItem[]
  /** Handed in without a network: the queue sends it, this is what the page shows meanwhile. */
  isHandedIn: boolean
}

const keyOf = (letterId: string, childId: string) => `form.${letterId}.${childId}`

/** What was begun on this phone and not sent yet; a lost network or a closed page loses nothing. */
export function draftOf(letterId: string, childId: string): Draft | null {
  const kept = wx.getStorageSync<Draft | ''>(keyOf(letterId, childId)) || null
  return kept && kept.personId === me.get()?.personId ? kept : null
}

export function keepDraft(letterId: string, childId: string, items: AnswerItem[], isHandedIn = false) {
  const personId = me.get()?.personId
  if (!personId) return
  try {
    wx.setStorageSync(keyOf(letterId, childId), { personId, items, isHandedIn } satisfies Draft)
  } catch {
    // A full phone: the answers stay on the page.
  }
}

export const dropDraft = (letterId: string, childId: string) => wx.removeStorageSync(keyOf(letterId, childId))
