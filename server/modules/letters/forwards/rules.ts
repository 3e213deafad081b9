import { isWithin } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'

/** As long as a letter may be (contract). */
const MOST_WORDS = 5000

/** A school's own words, then whose letter it is, then that letter as it was sent. */
export function forwardedBody(
  { title, body, unitName }: Pick<LetterRecord, 'title' | 'body' | 'unitName'>,
  preface: string,
) {
  return `${preface}\n\n## 以下是${unitName}的信《${title}》\n\n${body}`
}

/** The unit's own words of a letter that it passed on, whatever stands below them by now. */
export function prefaceOf(body: string, { unitName, title }: { unitName: string; title: string }) {
  const at = body.indexOf(`\n\n## 以下是${unitName}的信《${title}》`)
  return at < 0 ? '' : body.slice(0, at)
}

type Reach = Pick<
  LetterRecord,
  'status' | 'supersededBy' | 'path' | 'audience' | 'isPrivate' | 'isForOneFamily'
>

/** Why a unit cannot pass a letter on to its families, or null. */
export function forwardProblem(letter: Reach, path: string): string | null {
  if (letter.path === path || !isWithin(path, letter.path))
    return '只能转发上级单位发来的信；自己的信可以复制'
  if (letter.status !== 'sent') return '只有已发出的信可以转发'
  if (letter.supersededBy) return '这封信已有新版，请转发新版'
  if (letter.isPrivate ?? letter.isForOneFamily) return '写给单个家庭的信不能转发'
  // Families that have the original do not get it twice.
  const isThere = letter.audience.some((it) => isWithin(path, it.path) || isWithin(it.path, path))
  return isThere ? '这封信已经直接发给了这里的家长，不用再转发' : null
}

export const isTooLong = (body: string) => body.length > MOST_WORDS
