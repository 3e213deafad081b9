import { pinyin } from 'pinyin-pro'

/**
 * Students who have not left, for counting. Says what `leftAt: null` says, but in a way that an index answers alone: for
 * null MongoDB looks up every document, as it might be missing the field.
 */
export const STILL_HERE = { leftAt: { $not: { $gt: new Date(0) } } }

/** zhangsan and zs of 张三: what people type when they search. */
export const soundOf = (name: string) => ({
  pinyin: pinyin(name, { toneType: 'none', type: 'array' }).join(''),
  initials: pinyin(name, { pattern: 'first', toneType: 'none', type: 'array' }).join(''),
})
