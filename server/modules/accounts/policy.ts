import type { Role } from '#contract/accounts'
import { Refusal } from '../../http/errors.ts'
import type { PersonRecord } from './model.ts'
import { postsNow } from './service.ts'

/** The role a session may be opened in: staff needs a post that is in force. */
export function roleFor(person: PersonRecord | null, role: Role, now: Date): Role {
  if (!person) throw new Refusal('unauthenticated', '请重新登录')
  if (role === 'staff' && postsNow(person, now).length === 0) {
    throw new Refusal('forbidden', '您目前没有教职工岗位')
  }
  return role
}
