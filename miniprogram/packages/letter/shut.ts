import { explain, Problem } from '../../services/api'
import { me } from '../../services/store'

/** Refused for good: no letter of that number, none for this family, taken back. */
const FOR_GOOD = [400, 404, 409]

/** Why a letter, or what was written below it, does not open; the `door` shows it where asking again would change nothing. */
export function shut(error: unknown) {
  const status = error instanceof Problem ? error.status : 0
  return {
    // A link that lost its end on the way: what the server says of its number helps nobody.
    problem: status === 400 ? '这个链接不完整，请在“信件”里找这封信' : explain(error),
    // Without an answer nobody knows who is a stranger: a parent on a new phone is none.
    isStranger: status !== 0 && status < 500 && (me.get()?.children.length ?? 0) === 0,
    isGone: FOR_GOOD.includes(status),
  }
}
