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

/** At most this many children answer to one account: ten covers every family. */
export const MOST_CHILDREN = 10

/** At most this many guardians belong to one child: two parents, four grandparents. */
export const MOST_GUARDIANS = 6

interface InForce {
  isPrimary: boolean
  joinedAt?: Date | null | undefined
  from: Date
}

/** Who becomes primary when nobody is: of those who have joined the first, else the first the roster named. */
export function heirOf<T extends InForce>(bonds: readonly T[]): T | null {
  if (bonds.some((it) => it.isPrimary)) return null
  const since = (it: T) => it.joinedAt?.getTime() ?? Infinity
  const [first] = [...bonds].sort((a, b) => since(a) - since(b) || a.from.getTime() - b.from.getTime())
  return first ?? null
}
