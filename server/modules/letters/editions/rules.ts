import { differences } from '#contract/differences'
import type { Block } from '#contract/letter-text'
import type { LetterRecord } from '../model.ts'

/** What happened to a letter, beside what it says and to whom. */
const LIFE = [
  ...['_id', '__v', 'createdAt', 'updatedAt', 'authorId', 'authorName', 'requestId', 'draftKey'],
  ...[
    'status',
    'revision',
    'sendAt',
    'sentAt',
    'version',
    'textHash',
    'supersedes',
    'supersededBy',
    'correction',
  ],
  ...['sheetsUpTo', 'messagesUpTo', 'areMessagesDue', 'areSheetsDue', 'rungs', 'nextRungAt'],
  ...['approval', 'withdrawnAt', 'withdrawnReason', 'nodeDays', 'expiredAt'],
  ...['areForwardsDue', 'heldBack', 'handedIn'],
]

/** What a letter says, asks and whom it goes to: what a next edition begins with, and what a yes is given to. */
export const substanceOf = (letter: LetterRecord) =>
  Object.fromEntries(Object.entries(letter).filter(([key]) => !LIFE.includes(key))) as Partial<LetterRecord>

export interface Changes {
  /** Blocks of the new text that are not as they stood in the one before: new, changed or moved. */
  changed: number[]
  /** What stood in a changed block before. */
  was: { at: number; text: string }[]
  /** What was taken out, with the block in front of which it stood. */
  gone: { at: number; text: string }[]
}

export interface ChangedFiles {
  fresh: string[]
  gone: string[]
}

type File = { name: string; sha256: string }

/** Which files beside a letter are new or another now, and which were taken away; null where they are the same. A new name is a change. */
export function changedFiles(before: readonly File[] = [], after: readonly File[] = []): ChangedFiles | null {
  const namesMissing = (all: readonly File[], among: readonly File[]) =>
    all
      .filter((it) => !among.some(({ name, sha256 }) => name === it.name && sha256 === it.sha256))
      .map((it) => it.name)
  const fresh = namesMissing(after, before)
  // Another file under the same name took its place and is told as new.
  const gone = namesMissing(before, after).filter((name) => !fresh.includes(name))
  return fresh.length + gone.length > 0 ? { fresh, gone } : null
}

const keyOf = ({ kind, runs, picture }: Block) => JSON.stringify([kind, runs, picture])

/** How a text became another. A block and the one that took its place are one change where they still say much the same. */
export function changesOf(before: readonly Block[], after: readonly Block[]): Changes {
  const now = new Set(after.map(keyOf))
  const found: Changes = { changed: [], was: [], gone: [] }
  let [olds, news]: [Block[], number[]] = [[], []]
  let at = 0
  const close = () => {
    for (const place of news) {
      const text = textIn(after[place])
      const old = olds.find((it) => likeness(textIn(it), text) >= ALIKE)
      found.changed.push(place)
      if (!old) continue
      olds = olds.filter((it) => it !== old)
      if (textIn(old) !== text) found.was.push({ at: place, text: clauseBefore(textIn(old), text) })
    }
    // What stands elsewhere now was moved, and is marked there.
    for (const it of olds) if (!now.has(keyOf(it))) found.gone.push({ at, text: shortened(textIn(it)) })
    ;[olds, news] = [[], []]
  }
  for (const { kind, it } of differences(before, after, keyOf)) {
    if (kind === 'same') close()
    if (kind === 'gone') olds.push(it)
    if (kind === 'new') news.push(at)
    if (kind !== 'gone') at++
  }
  close()
  return found
}

/** Two texts of which less is the same are two texts. */
const ALIKE = 0.4
/** Longer than this nobody compares on a phone. */
const MOST_SHOWN = 120

const textIn = (block: Block | undefined) => {
  const said = (block?.runs ?? []).map((it) => it.text).join('')
  return block?.picture ? `［图片${said && `：${said}`}］` : said
}

const shortened = (text: string) => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text)

/** 0 to 1: how many of the pairs of neighbouring characters two texts share. */
function likeness(one: string, other: string) {
  if (one === other) return 1
  const pairsOf = (text: string) =>
    Array.from({ length: text.length + 1 }, (_, at) => ` ${text} `.slice(at, at + 2))
  const left = new Map<string, number>()
  for (const it of pairsOf(one)) left.set(it, (left.get(it) ?? 0) + 1)
  let shared = 0
  for (const it of pairsOf(other)) {
    const times = left.get(it) ?? 0
    if (times > 0) shared++
    left.set(it, times - 1)
  }
  return (2 * shared) / (one.length + other.length + 2)
}

/** The clause of an old text in which it differs from the new one: 费用40元，自愿参加 → 费用60元，自愿参加 gives 费用40元. */
function clauseBefore(old: string, now: string) {
  const most = Math.min(old.length, now.length)
  let start = 0
  while (start < most && old[start] === now[start]) start++
  let tail = 0
  while (tail < most - start && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const END = /[，,。；;！!？?]/
  let end = old.length - tail
  while (start > 0 && !END.test(old.charAt(start - 1))) start--
  while (end < old.length && !END.test(old.charAt(end))) end++
  return shortened(old.slice(start, end).trim() || old)
}
