import { DEPTH, idsOf } from '../../../org/tree/rules.ts'
import type { ContentRecord } from '../../model.ts'

/**
 * Units whose word on a picture holds at a place: city, district and school of it. A person looks for the unit that shows the picture and for
 * all below it, since what is fit for a school's own families says nothing of another school's.
 */
export const reviewersOf = (path: string) => idsOf(path).slice(0, DEPTH.school + 1)

/** Its number on the shelf: the unit that looks, and the bytes. */
export const sharedId = (unitId: string, sha256: string) => `${unitId}:${sha256}`

/** The bytes behind a number on the shelf; before units looked for themselves it was the hash alone. */
export const hashOf = (id: string) => id.slice(id.indexOf(':') + 1)

type Look = Pick<ContentRecord, 'path' | 'status' | 'because' | 'words'>

/** Those of some looks that hold at a place. */
export const holdingAt = <T extends Pick<Look, 'path'>>(looks: readonly T[], path: string) => {
  const units = reviewersOf(path)
  return looks.filter((it) => units.includes(reviewersOf(it.path).at(-1) ?? ''))
}

export interface PictureStanding {
  state: 'waiting' | 'returned'
  isHidden: boolean
  words: string | null
}

/**
 * What several looks at one picture come to; null where nothing is left to say of it. Sent back by anybody it is not shown, passed by anybody
 * no doubt of WeChat's keeps it back.
 */
export function standingIn(looks: readonly Look[]): PictureStanding | null {
  const returned = looks.find((it) => it.status === 'returned')
  if (returned) return { state: 'returned', isHidden: true, words: returned.words ?? null }
  if (looks.length === 0 || looks.some((it) => it.status === 'passed')) return null
  const isHidden = looks.some((it) => it.status === 'waiting' && it.because === 'doubt')
  return { state: 'waiting', isHidden, words: null }
}
