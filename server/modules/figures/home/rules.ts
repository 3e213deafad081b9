import type { Todo } from '#contract/home'

/** Urgent first, then by the day it is due; what has no day comes last, in the order given. */
export function inOrderOfUrgency(todos: Todo[]): Todo[] {
  const key = (it: Todo) => `${it.isUrgent ? 0 : 1}${it.startsAt ?? it.dueOn ?? '9'}`
  return todos
    .map((it, at) => ({ it, at, key: key(it) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at))
    .map(({ it }) => it)
}
