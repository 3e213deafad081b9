import type { MessageKind } from '#contract/notify'
import { inWords, type TemplateValue } from '../../../infra/wechat/fit.ts'

/**
 * What has time until tomorrow, the most pressing first: a person hears of it once a day at most, everything in one
 * message. All other kinds are about an hour that passes, or are what somebody waits for at this moment.
 */
export const PACED = [
  'letterReminder',
  'letter',
  'survey',
  'childMoved',
  'evidenceDecided',
  'studyReminder',
  'certificateExpiry',
  'certificate',
] as const satisfies MessageKind[]
type PacedKind = (typeof PACED)[number]

const LETTERS: readonly MessageKind[] = ['letter', 'letterReminder']

/** What is due within these hours goes along: the day's one message is not spent an hour before its best reason. */
export const LOOK_AHEAD_MS = 2 * 3_600_000

/** Everything that is not urgent shares one message a day. */
export const isPaced = ({ kind, isUrgent }: { kind: string; isUrgent: boolean }) =>
  !isUrgent && (PACED as readonly string[]).includes(kind)

/** What of a message the bundle is made of. */
export interface Part {
  _id: string
  kind: MessageKind
  subject: string
  page: string
  values: Record<string, TemplateValue>
}

/** The kinds of a bundle's messages, the most pressing first. */
export const kindsOf = (parts: readonly Pick<Part, 'kind'>[]): PacedKind[] =>
  PACED.filter((kind) => parts.some((it) => it.kind === kind))

/** Where several things are listed, each with its own link. */
const EVERYTHING = 'packages/account/messages/messages'

/**
 * What one message says for several, in the words of one kind: 3封信等您签收. A letter about two children is one letter.
 * `parts` holds at least one of that kind.
 */
export function bundled(
  parts: readonly Part[],
  kind: MessageKind,
): { page: string; values: Record<string, TemplateValue> } {
  const lead = parts.find((it) => it.kind === kind)
  if (!lead) throw new Error(`No message of kind ${kind} in the bundle`)
  const letters = parts.filter((it) => LETTERS.includes(it.kind))
  const titles = new Map(letters.map((it) => [it.subject, inWords(it.values.title ?? '')]))
  const others = parts.length - letters.length
  const children = namesOf(LETTERS.includes(kind) ? letters : [lead])
  if (parts.length === 1) return { page: lead.page, values: lead.values }
  if (titles.size <= 1 && others === 0) {
    return { page: lead.page, values: { ...lead.values, child: children } }
  }
  const values: Record<string, TemplateValue> =
    LETTERS.includes(kind) && titles.size > 1
      ? lettersTogether(letters, [...titles.values()], kind, children)
      : { ...lead.values, child: children }
  const left = LETTERS.includes(kind) ? others : parts.length - 1
  return {
    page: EVERYTHING,
    values: { ...values, note: left > 0 ? `另有${left}条消息，请打开小程序看` : '请打开小程序，一封一封看' },
  }
}

function lettersTogether(
  letters: readonly Part[],
  titles: string[],
  kind: MessageKind,
  child: string,
): Record<string, TemplateValue> {
  const what = kind === 'letterReminder' ? '封信等您签收' : '封新的信'
  const title = `${titles.length}${what}：${titles.join('、')}`
  if (kind === 'letter') {
    const senders = [
      ...new Set(letters.flatMap((it) => (it.values.sender ? [inWords(it.values.sender)] : []))),
    ]
    return { title, sender: senders.join('、'), child }
  }
  return { title, child, deadline: firstDeadline(letters) }
}

/** The nearest end of some letters; 请尽快 where none has one. */
function firstDeadline(letters: readonly Part[]): TemplateValue {
  const ends = letters.flatMap((it) => (it.values.deadline instanceof Date ? [it.values.deadline] : []))
  const [first] = ends.sort((a, b) => a.getTime() - b.getTime())
  return first ?? '请尽快'
}

const namesOf = (parts: readonly Part[]) =>
  [...new Set(parts.flatMap((it) => (it.values.child ? [inWords(it.values.child)] : [])))].join('、')
