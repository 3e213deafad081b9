import type { Todo } from '#contract/home'

/** A todo whose sender has called it 紧急: before everything that has merely become late. */
export type Errand = Todo & { isFirst?: boolean }

/** Urgent first, then by the day it is due; what has no day comes last, in the order given. */
export function inOrderOfUrgency(todos: Errand[]): Todo[] {
  const rank = (it: Errand) => (it.isFirst ? 0 : it.isUrgent ? 1 : 2)
  const key = (it: Errand) => `${rank(it)}${it.startsAt ?? it.dueOn ?? '9'}`
  return todos
    .map((it, at) => ({ it, at, key: key(it) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at))
    .map(({ it }) => it)
}
