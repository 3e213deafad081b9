/** Answers of a paper that was not handed in yet: the phone may ring, or the battery die. */
const keyOf = (attemptId: string) => `exam.${attemptId}`

export function readAnswers(attemptId: string, total: number): number[][] {
  const kept = wx.getStorageSync<number[][] | ''>(keyOf(attemptId))
  return Array.from({ length: total }, (_, at) => (Array.isArray(kept) ? (kept[at] ?? []) : []))
}

export function keepAnswers(attemptId: string, answers: number[][]) {
  try {
    wx.setStorageSync(keyOf(attemptId), answers)
  } catch {
    // A full phone keeps nothing; the answers stay on the screen.
  }
}

export const forgetAnswers = (attemptId: string) => wx.removeStorageSync(keyOf(attemptId))
