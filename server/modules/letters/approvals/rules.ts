import { createHash } from 'node:crypto'
import type { LetterRecord } from '../model.ts'
import { substanceOf } from '../editions/rules.ts'
import { written } from '../rules.ts'
import type { HandedIn } from './model.ts'

/**
 * What a yes is given to: everything a letter says, asks and whom it goes to, whatever belongs to a letter one day. Saved again without
 * a change it is the same, and the yes holds.
 */
export function approvalHash(letter: LetterRecord) {
  const { version, correction = '' } = letter
  const said = { ...substanceOf(letter), version, correction }
  return createHash('sha256').update(inOrder(said)).digest('hex')
}

/** The same thing as the same text, in whatever order its keys stand; what is empty is as good as left out. */
function inOrder(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value))
  return JSON.stringify(plain, (_, it: unknown) => {
    if (typeof it !== 'object' || it === null || Array.isArray(it)) return it
    const kept = Object.entries(it).filter(([, one]) => !isEmpty(one))
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

export function asHandedIn(letter: LetterRecord, audience: string, at: Date): HandedIn {
  const { title, body, pledge, confirmation } = written(letter)
  return {
    ...{ at, title, body, pledge, confirmation, audience },
    dueOn: letter.dueOn ?? null,
    correction: letter.correction ?? '',
    form: letter.form ?? null,
    offersHelp: letter.offersHelp ?? false,
    attachments: (letter.attachments ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
  }
}

const isEmpty = (it: unknown) =>
  it === null || it === '' || it === false || (Array.isArray(it) && it.length === 0)

/** What a unit sends to single families is between it and them: nobody above sees it (B4, B5), so nobody is asked. */
export const isBetweenThem = ({
  isPrivate,
  isForOneFamily,
}: Partial<Pick<LetterRecord, 'isPrivate' | 'isForOneFamily'>>) => Boolean(isPrivate ?? isForOneFamily)

/** Whether the yes that was given is to this very text. */
export const isApproved = (letter: LetterRecord) =>
  letter.approval?.state === 'approved' && letter.approval.hash === approvalHash(letter)
