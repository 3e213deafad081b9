import { dayInWords } from '../../../../infra/clock.ts'
import type { LetterRecord } from '../../model.ts'
import { dueOnOf } from '../drafting/rules.ts'
import type { NodeMove } from '../model.ts'
import { addDays, type EffectiveNode, moveOf } from '../rules.ts'
import type { templateOf } from '../service.ts'

type Template = NonNullable<ReturnType<typeof templateOf>>
type Node = Pick<EffectiveNode, 'from' | 'to' | 'isOff' | 'status'>
type Blank = Pick<NonNullable<LetterRecord['blanks']>[number], 'name' | 'value'>

/** A draft that nobody wants is put away so many days after its node. */
const GRACE_DAYS = 14

export const FOLLOWED = [
  ...(['status', 'unitId', 'unitName', 'path', 'authorId', 'attachments', 'remindOn'] as const),
  ...(['node', 'nodeDays', 'dueOn', 'blanks'] as const),
]
export type Followed = Pick<LetterRecord, '_id' | (typeof FOLLOWED)[number]>

/** A draft that the calendar has made, and to which nobody has put a hand. */
export const isUntouched = ({ authorId, unitId, attachments, remindOn }: Followed) =>
  authorId.equals(unitId) && !attachments?.length && !remindOn?.length

export const isLongOver = ({ to }: Pick<Node, 'to'>, today: string) => addDays(to, GRACE_DAYS) < today

const isSame = (a: NodeMove | null | undefined, b: NodeMove | null | undefined) =>
  a?.from === b?.from && a?.to === b?.to && Boolean(a?.isOff) === Boolean(b?.isOff)

/** 10月1日到7日; across two months the second is named, too. */
export function daysInText({ from, to }: Pick<Node, 'from' | 'to'>) {
  const [first, last] = [from, to].map((it) => ({ month: Number(it.slice(5, 7)), day: Number(it.slice(8)) }))
  if (!first || !last) return ''
  const begin = `${first.month}月${first.day}日`
  if (from === to) return begin
  return `${begin}到${first.month === last.month ? '' : `${last.month}月`}${last.day}日`
}

/** 11月25日(周三)至11月27日(周五) */
export const daysInWords = ({ from, to }: Pick<Node, 'from' | 'to'>) =>
  from === to ? dayInWords(from) : `${dayInWords(from)}至${dayInWords(to)}`

type Kind = NonNullable<Template['blanks'][number]['node']>
/** What the days of a node put into a blank. Nothing is asserted that is only proposed (B7). */
function wordsOf(kind: Kind, node: Node) {
  if (node.status === 'proposed') return ''
  if (kind === 'days') return daysInText(node)
  if (kind === 'dayAfter') return addDays(node.to, 1)
  return node.from === node.to ? node.from : ''
}

/** The blanks of a letter with the days of its node in those that are for them; `mayFill` keeps what somebody has written. */
export const withDays = <B extends Blank>(
  blanks: readonly B[],
  node: Node,
  template: Pick<Template, 'blanks'> | undefined,
  mayFill: (blank: B, kind: Kind) => boolean = () => true,
): B[] =>
  blanks.map((it) => {
    const kind = template?.blanks.find(({ name, formerly }) => [name, formerly].includes(it.name))?.node
    return kind && mayFill(it, kind) ? { ...it, value: wordsOf(kind, node) } : it
  })

/** The same for a letter that somebody has edited: only what still says the old days gives way to the new. */
export const withNewDays = <B extends Blank>(
  blanks: readonly B[],
  before: Pick<Node, 'from' | 'to'>,
  node: Node,
  template: Pick<Template, 'blanks'> | undefined,
): B[] =>
  withDays(blanks, node, template, ({ value }, kind) =>
    ['', wordsOf(kind, { ...before, isOff: false, status: 'confirmed' })].includes(value),
  )

/** What a day's walk does with a letter: an update of it, and a move of which its people are told. */
export interface Step {
  update: object
  move?: NodeMove
}

/** An untouched draft stands where its node does: its days are the node's, and when the node is off or long over it is put away. */
function stepOfUntouched(
  letter: Followed,
  node: Node,
  { today, now, template }: { today: string; now: Date; template: Template | undefined },
): Step | null {
  if (node.isOff || isLongOver(node, today))
    return letter.status === 'draft' ? { update: { $set: { status: 'expired', expiredAt: now } } } : null
  const days = moveOf(node)
  const isMoved = letter.status === 'expired' || !isSame(days, letter.nodeDays)
  const blanks = withDays(letter.blanks ?? [], node, template)
  if (!isMoved && JSON.stringify(blanks) === JSON.stringify(letter.blanks ?? [])) return null
  const dueOn = template && isMoved ? dueOnOf(node, template, today) : letter.dueOn
  return {
    update: {
      $set: { status: 'draft', nodeDays: days, blanks, dueOn },
      $unset: { expiredAt: 1 },
      $inc: { revision: 1 },
    },
  }
}

/** A letter in somebody's hands keeps its words and its hour; what became of its node is noted beside it until they decide. */
function stepOfTouched({ nodeDays, status }: Followed, node: Node, today: string): Step | null {
  if (status === 'expired') return null
  const days = moveOf(node)
  if (!nodeDays) return { update: { $set: { nodeDays: days } } }
  // Switched on again where somebody had kept their letter, it is as it was.
  const isAsWritten = isSame(days, nodeDays) || (!days.isOff && isSame({ ...days, isOff: true }, nodeDays))
  if (isAsWritten || (!node.isOff && node.to < today))
    return nodeDays.move ? { update: { $unset: { 'nodeDays.move': 1 } } } : null
  if (isSame(days, nodeDays.move)) return null
  return { update: { $set: { 'nodeDays.move': days } }, move: days }
}

export const stepOf = (
  letter: Followed,
  node: Node,
  today: { today: string; now: Date; template: Template | undefined },
): Step | null =>
  isUntouched(letter) ? stepOfUntouched(letter, node, today) : stepOfTouched(letter, node, today.today)
