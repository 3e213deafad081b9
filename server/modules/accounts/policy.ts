import type { Role } from '#contract/accounts'
import { Refusal } from '../../http/errors.ts'
import type { PersonRecord } from './model.ts'
import { postsNow } from './service.ts'

/**
 * The role a session may be opened in: staff needs a post that is in force; a guardian needs WeChat. Whoever appointed a
 * colleague knows the first password of the console, and must not get to the colleague's children with it.
 */
export function roleFor(person: PersonRecord | null, role: Role, now: Date, fromSession?: string): Role {
  if (!person) throw new Refusal('unauthenticated', '请重新登录')
  if (role === 'staff' && postsNow(person, now).length === 0) {
    throw new Refusal('forbidden', '您目前没有教职工岗位')
  }
  if (role === 'guardian' && isFromConsole(person, fromSession)) {
    throw new Refusal('forbidden', '家长身份请在微信小程序里使用')
  }
  return role
}

/** Whether a session of this person was opened at the console's door. */
export const isFromConsole = (person: PersonRecord, sessionId: string | undefined) =>
  person.sessions.some((it) => String(it._id) === sessionId && it.isConsole)
