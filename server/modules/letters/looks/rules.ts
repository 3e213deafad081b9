import type { Block } from '#contract/letter-text'

const HELD = '（这张图片要等学校看过才能显示）'

/** The blocks of a letter as its readers see them: a picture that somebody has doubts about is a line that says so. */
export const withoutHidden = (blocks: readonly Block[], hidden: ReadonlySet<string>): Block[] =>
  blocks.map((it) =>
    it.picture && hidden.has(it.picture.address)
      ? { kind: 'paragraph', runs: [{ text: HELD, isBold: false }] }
      : it,
  )
