import { differences, type Step } from '#contract/differences'
import { type LetterForm } from '#contract/letter-form'
import type { Confirmation, Letter } from '#contract/letters'
import { BLANKS, type Block, blocksOf } from '#contract/letter-text'
import { dayOf } from '../../format/date'
import { type Draft, draftOf, filledBody } from './draft'
import { CONFIRMATION_TEXT } from './words'

/** What of a letter is laid side by side; what is left out is not compared. */
export interface Words {
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  dueOn: string | null
  correction?: string | null
  form?: LetterForm | null
  offersHelp?: boolean
  audience?: string
  attachments?: readonly string[]
}

export interface Change {
  label: string
  before: string
  after: string
}

const LABELS: [label: string, say: (it: Words) => string | undefined][] = [
  ['标题', (it) => it.title],
  ['请家长', (it) => CONFIRMATION_TEXT[it.confirmation]],
  ['确认的话', (it) => (it.confirmation === 'read' ? '' : it.pledge)],
  ['截止日期', (it) => (it.dueOn ? dayOf(it.dueOn) : '不限')],
  ['更正说明', (it) => it.correction ?? undefined],
  ['要填的表', (it) => it.form?.fields.map((field) => field.label).join('；')],
  ['求助热线', (it) => (it.offersHelp === undefined ? undefined : it.offersHelp ? '附上' : '不附')],
  ['发给', (it) => it.audience],
  ['附件', (it) => it.attachments?.join('、')],
]

/** A draft, its audience by numbers alone. */
export function wordsInDraft({ audience, students, excluded, ...it }: Draft): Words {
  const left = excluded.length > 0 ? `，去掉${excluded.length}家` : ''
  return { ...it, audience: `${audience.length}处和${students.length}个家庭${left}` }
}

type HandedIn = NonNullable<Letter['lastHandedIn']>

/** A file by its name and check code: another one under the same name is another. */
const filesOf = (files: readonly { name: string; sha256: string }[]) =>
  files.map(({ name, sha256 }) => `${name}（校验码${sha256.slice(0, 8)}）`)

export const wordsOnceHandedIn = (it: HandedIn): Words => ({ ...it, attachments: filesOf(it.attachments) })

/** A letter as it stands, with its blanks filled in; to whom it goes is said by whoever knows. */
export function wordsInLetter(letter: Letter, audience: string): Words {
  const draft = draftOf(letter)
  const attachments = filesOf(letter.attachments ?? [])
  return { ...draft, body: filledBody(draft), audience, attachments }
}

/** Everything beside the text that is not as it was. */
export const changesOf = (before: Words, after: Words): Change[] =>
  LABELS.flatMap(([label, say]) => {
    const [was, is] = [say(before) ?? '', say(after) ?? '']
    return was === is ? [] : [{ label, before: was, after: is }]
  })

/** The text as it became another: pieces that stayed are folded together. */
export function textChanges(before: string, after: string): (Step<Block> | { kind: 'fold' })[] {
  const key = ({ kind, runs, picture }: Block) => JSON.stringify([kind, runs, picture])
  const steps = differences(blocksOf(before, BLANKS), blocksOf(after, BLANKS), key)
  if (steps.every((it) => it.kind === 'same')) return []
  return steps.flatMap((it, at): (Step<Block> | { kind: 'fold' })[] => {
    if (it.kind !== 'same') return [it]
    return steps[at - 1]?.kind === 'same' ? [] : [{ kind: 'fold' }]
  })
}

export const wordsOf = ({ runs, picture }: Block) =>
  `${picture ? '［图片］' : ''}${runs.map((it) => it.text).join('')}`
