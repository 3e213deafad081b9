import type { Block } from '#contract/letter-text'

/** Why a picture is not shown: somebody has to look at it first, or has looked and sent it back. */
export type Hidden = 'waiting' | 'returned'

const WORDS: Record<Hidden, string> = {
  waiting: '要等学校看过才能显示',
  returned: '审核未通过，已不再显示',
}

/** What stands in its place. */
export const hiddenWords = (why: Hidden) => `这张图片${WORDS[why]}`

/** The blocks of a letter as its readers see them: a picture that is not shown, by its address, is a line that says why. */
export const withoutHidden = (blocks: readonly Block[], hidden: ReadonlyMap<string, Hidden>): Block[] =>
  blocks.map((it) => {
    const why = it.picture && hidden.get(it.picture.address)
    return why ? { kind: 'paragraph', runs: [{ text: `（${hiddenWords(why)}）`, isBold: false }] } : it
  })
