import type { LetterForm } from '#contract/letter-form'
import type { AuthorBlank, Confirmation } from '#contract/letters'
import { fillBlanks } from '#contract/letter-text'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { openIdsOf } from '../../accounts/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import * as safety from '../../safety/service.ts'
import { approverOf, submit, submitForSafety } from '../approvals/service.ts'
import type { LetterRecord } from '../model.ts'
import { ownLetter } from '../policy.ts'
import { createLetter, type ForNode, sendOnce } from '../service.ts'

/** What families agree to when a teacher has not written it. */
const PLEDGE = { read: '', confirm: '我已知道这件事。', sign: '我已读完这条通知，知道要做什么。' } as const

export interface Notice {
  requestId: string
  title: string
  body: string
  confirmation: Confirmation
  dueOn: string | null
  isUrgent?: boolean | undefined
  textsFirst?: boolean | undefined
  kind?: LetterRecord['kind'] | undefined
  template?: string | undefined
  pledge?: string | undefined
  form?: LetterForm | null | undefined
  blanks?: AuthorBlank[] | undefined
  forNode?: ForNode | undefined
  /** Single families instead of the whole unit. */
  studentIds?: string[] | undefined
  groupIds?: string[] | undefined
  /** So long it waits before it goes, and can be taken back without a trace. */
  holdSeconds?: number | undefined
}

/**
 * Written on a phone and sent with one tap. The words are looked at first: a no changes nothing; what nobody vouches for, and what a unit
 * above wants to see, waits there. The same request again finds the letter it made.
 */
export async function sendNotice(
  scope: UnitScope<'writeLetters'>,
  { holdSeconds = 0, kind = 'notice', forNode, groupIds = [], ...said }: Notice,
  author: StaffActor,
  deps: Pick<Deps, 'wechat' | 'log' | 'clock'>,
): Promise<LetterRecord> {
  const now = deps.clock.now()
  const isForSome = groupIds.length + (said.studentIds?.length ?? 0) > 0
  const { verdict, because } = await wordsOf(said, author, deps)
  // Between a teacher and some families nobody above looks: words in doubt are put otherwise (decision 0020).
  if (verdict === 'refused' || (isForSome && because === 'doubt')) {
    throw new Refusal('invalid', safety.REFUSED)
  }
  const draft = {
    ...said,
    ...{ kind, pledge: said.pledge ?? PLEDGE[said.confirmation] },
    audience: isForSome ? [] : [scope.unitId],
    ...(groupIds.length > 0 && { parts: { groupIds } }),
    // What a few families get is not the letter of a node.
    ...(!isForSome && { forNode }),
  }
  const made = await createLetter(scope, draft, author)
  const own = await ownLetter(author, String(made._id))
  // Asked again because the answer got lost: it is on its way, or waits already.
  if (own.letter.status !== 'draft' || own.letter.approval?.state === 'submitted') return own.letter
  if (verdict === 'waiting' && !isForSome) return submitForSafety(own, author, now)
  if (await approverOf(own.letter)) return submit(own, author, { at: null }, now)
  return sendOnce(own, holdSeconds > 0 ? new Date(now.getTime() + holdSeconds * 1000) : null, now)
}

/** Who never came by WeChat types on the console, where the units above look if they want to (decision 0020). */
async function wordsOf(said: Notice, author: StaffActor, deps: Pick<Deps, 'wechat' | 'log'>) {
  const isOnPhones = (await openIdsOf([author.personId])).has(author.personId)
  if (!isOnPhones) return { verdict: 'pass', because: null } as const
  const texts = [said.title, fillBlanks(said.body, said.blanks ?? []), said.pledge ?? '']
  return safety.look({ personId: author.personId, scene: 'notice', texts }, deps)
}
