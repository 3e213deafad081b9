import { readMe, signOut, switchRole, type Me, type Role } from '../contract'
import { call } from './api'
import { session } from './session'
import { me } from './store'

/** At launch: who was here last time is shown at once, then refreshed; a stranger is asked nothing yet. */
export function restore() {
  if (session.token()) void refreshMe().catch(() => undefined)
}

/** Reads again who I am; call it after anything that changes children, posts or waiting answers. */
export async function refreshMe(): Promise<Me> {
  const fresh = await call(readMe, {})
  me.set(fresh)
  return fresh
}

/** For a page that is about somebody's children: signs in unseen if need be, unless the person has signed out. */
export async function knowWho(): Promise<Me | null> {
  return me.get() ?? (session.hasLeft() ? null : refreshMe())
}

/** 切换到教师端 / 家长端. The server closes the old session as it opens the new one. */
export async function changeRole(role: Role) {
  session.adopt(await call(switchRole, { role }))
}

/** Leaves on this phone even when the server cannot be told; its session ends by itself later. */
export async function leave() {
  await call(signOut, {}).catch(() => undefined)
  session.leave()
}
