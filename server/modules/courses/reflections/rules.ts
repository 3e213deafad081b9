/** Shorter than this an answer says nothing to others. */
export const LEAST_WORDS = 5

/** What is wrong with a text, in one sentence, or null. A task may be ticked without a word. */
export function objectionTo(medium: 'task' | 'discussion', text: string, isShared: boolean): string | null {
  const mustSay = medium === 'discussion' || isShared
  if (mustSay && text.length < LEAST_WORDS) return `请至少写${LEAST_WORDS}个字，让别的家长看得明白`
  if (/\d{7,}|[\w.]+@[\w.]+|微信号|加我/.test(text) && isShared) return '公开的话里请不要留电话、微信号和邮箱'
  return null
}
