import { readHotlines } from '../../../content/schema.ts'
import { inOrder } from './rules.ts'

/** The help lines of one city, its own and those it includes, read once from `content/hotlines/`. */
export function linesOf(code: string) {
  const sets = readHotlines()
  const own = sets.find((it) => it.code === code) ?? sets.find((it) => it.code === 'national')
  if (!own) throw new Error('content/hotlines has no national set')
  const included = own.includes.flatMap((it) => sets.find((set) => set.code === it)?.lines ?? [])
  return inOrder([...own.lines, ...included])
}
