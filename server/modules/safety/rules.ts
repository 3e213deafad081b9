import type { ContentKind } from '#contract/safety'
import type { Scene } from '../../infra/wechat/client.ts'

/** What somebody's words came to: shown at once, refused with a sentence, or kept for a person to look at. */
export type Verdict = 'pass' | 'refused' | 'waiting'

/** Where words are spoken, as WeChat tells places apart. */
export const SCENES = {
  notice: 'forum',
  reply: 'social',
  answer: 'comment',
  refusal: 'comment',
  picture: 'social',
  other: 'forum',
} as const satisfies Record<ContentKind, Scene>

/** WeChat takes so many characters at a time (wechat.md). */
export const MOST_AT_ONCE = 2500

/** Pieces that WeChat takes, one beside the other with an overlap, so that nothing harmful hides on a seam. */
export function piecesOf(texts: readonly string[]): string[] {
  const OVERLAP = 50
  const all = texts.filter((it) => it.trim() !== '').join('\n')
  const pieces: string[] = []
  for (let at = 0; at < all.length; at += MOST_AT_ONCE - OVERLAP) {
    pieces.push(all.slice(at, at + MOST_AT_ONCE))
    if (at + MOST_AT_ONCE >= all.length) break
  }
  return pieces
}

/** The hardest word about any piece counts; a piece that nobody could look at is looked at by a person. */
export function verdictOf(found: readonly ('pass' | 'review' | 'risky' | null)[]) {
  if (found.includes('risky')) return { verdict: 'refused', because: 'doubt' } as const
  if (found.includes('review')) return { verdict: 'waiting', because: 'doubt' } as const
  if (found.includes(null)) return { verdict: 'waiting', because: 'unchecked' } as const
  return { verdict: 'pass', because: null } as const
}

/** What the writer is told; the words stay in the box. */
export const REFUSED = '这段话里有不适合发出的内容，请改一改再发'
export const WAITING = '已经交给学校看一下，看过以后就会发出'
