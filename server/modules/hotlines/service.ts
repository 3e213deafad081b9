import { readHotlines } from '../../../content/schema.ts'
import type { HotlineSet } from '../../../content/schema.ts'
import type { Actor } from '../../http/actor.ts'
import { ownChildren } from '../org/policy.ts'
import { idAt } from '../org/tree/rules.ts'
import { findUnits } from '../org/tree/service.ts'
import { inOrder } from './rules.ts'

let sets: HotlineSet[] | undefined
/** The sets of `content/hotlines/`, read once. */
const allSets = () => (sets ??= readHotlines())

/** Whether there is a set of this name for a city to choose. */
export const isSet = (code: string) => allSets().some((it) => it.code === code)

/** The help lines of some sets and of those they include, the first set first. */
export function linesOf(codes: string[]) {
  const known = codes.filter(isSet)
  const wanted = known.length > 0 ? known : ['national']
  const own = wanted.flatMap((code) => allSets().find((it) => it.code === code) ?? [])
  if (own.length === 0) throw new Error('content/hotlines has no national set')
  const included = own
    .flatMap((it) => it.includes)
    .flatMap((code) => allSets().find((it) => it.code === code) ?? [])
  return inOrder([...own, ...included].flatMap((it) => it.lines))
}

/** The sets for whoever asks: those of the cities of their children or posts, this installation's own for a stranger. */
export async function setsFor(actor: Actor | null, usual: string): Promise<string[]> {
  if (!actor) return [usual]
  const places = actor.role === 'guardian' ? await ownChildren(actor) : actor.posts
  const cityIds = [...new Set(places.flatMap((it) => idAt(it.path, 0) ?? []))]
  const cities = await findUnits(cityIds)
  const chosen = [...new Set(cities.map((it) => it.hotlines ?? usual))]
  return chosen.length > 0 ? chosen : [usual]
}
