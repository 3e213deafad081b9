import type { Me } from '#contract/accounts'
import type { LocationQuery } from 'vue-router'
import type { NavEntry } from '../rooms'
import { homeUnit } from '../session/posts'

interface Here {
  name: unknown
  path: string
  fullPath: string
  hash: string
  query: LocationQuery
}

/** Where the shell sends a person on to, or null where they may stay: every address names a room and a unit. */
export function landing(
  here: Here,
  me: Pick<Me, 'posts' | 'mustSetUpTotp' | 'mustChangePassword'>,
  entries: Pick<NavEntry, 'to'>[],
) {
  if (me.mustChangePassword) return { name: 'own-password', query: { then: here.fullPath } }
  if (me.mustSetUpTotp) return { name: 'set-up-totp', query: { then: here.fullPath } }
  const unitId = here.query.unitId ?? homeUnit(me)
  if (!unitId) return null
  const [first] = entries
  if (here.name === 'home') return first ? { name: first.to, query: { unitId } } : null
  if (here.query.unitId) return null
  return { path: here.path, hash: here.hash, query: { ...here.query, unitId } }
}
