import type { FamilyMark } from '#contract/audiences'
import type { GroupFill } from '#contract/group-fills'
import type { addToGroup, ChildGroup } from '#contract/groups'
import type * as z from 'zod/mini'
import { dayOf } from '../../format/date'

export const MARK_WORDS: Record<FamilyMark, string> = { boarding: '住校', leftBehind: '留守' }

/** Until when a group stands. */
export const ending = ({ endsOn }: Pick<ChildGroup, 'endsOn'>) =>
  endsOn ? `到${dayOf(endsOn)}，随学年结束` : '长期，直到解散'

export const CLOSING = '解散以后不能恢复，也不能再写信给它。已经发出的信不受影响，收到的家庭照样看得到。'

export type Told = z.output<(typeof addToGroup)['reply']>

/** Who was not added, and why: a line that names nobody, or a child without room for another group. */
export interface NotAdded extends Record<PropertyKey, unknown> {
  line: string
  text: string
  problem: string
}
export const notAdded = ({ problems, leftOut = [] }: Told): NotAdded[] => [
  ...problems.map(({ line, text, problem }) => ({ line: String(line), text, problem })),
  ...leftOut.map(({ name, number, problem }) => ({ line: '—', text: `${name}（${number}）`, problem })),
]

/** 加了3个孩子，另外1个本来就在 */
export const addedInWords = ({ added, already }: Told) =>
  already > 0 ? `加了${added}个孩子，另外${already}个本来就在` : `加了${added}个孩子`

/** 将加3个孩子，另有2行同名的还没有选，1行有问题会跳过 */
export function fillSentence({ counts }: Pick<GroupFill, 'counts'>, chosen: number): string {
  const unchosen = counts.unclear - chosen
  return [
    `将加${counts.found + chosen}个孩子`,
    ...(unchosen > 0 ? [`${unchosen}行要您选一个，不选就不加`] : []),
    ...(counts.errors > 0 ? [`${counts.errors}行有问题会跳过`] : []),
  ].join('，')
}
