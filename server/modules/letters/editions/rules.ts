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

/** Which blocks of a new text are not as they stood in the one before: new or moved. */
export const changedBlocks = (before: readonly Block[], after: readonly Block[]): number[] =>
  differences(before, after, ({ kind, runs, picture }) => JSON.stringify([kind, runs, picture]))
    .filter((it) => it.kind !== 'gone')
    .flatMap(({ kind }, at) => (kind === 'new' ? [at] : []))
