import { letterForm } from '#contract/letter-form'
import type { SubmittedLetter } from '#contract/letter-life'
import type { Letter, LetterLine, LetterTemplate, Tally } from '#contract/letters'
import { type PostKind, POST_WORDS } from '#contract/posts'
import type { ReminderStep } from '#contract/reminding'
import { type Form, OCCASIONS } from '../../../content/schema.ts'
import type { Action } from '../org/rules.ts'
import { approvalHash } from './approvals/rules.ts'
import { presentNodeLife } from './calendar/settling/present.ts'
import { USUAL_STEPS } from './ladder/rules.ts'
import { isWithin } from '../org/tree/rules.ts'
import {
  partsInWords,
  presentFamilies,
  presentParts,
  presentStaffAudience,
  presentUnits,
} from './addressing/present.ts'
import type { Fate } from './forwards/fates/service.ts'
import type { Approval, LetterRecord } from './model.ts'
import { abilitiesOf } from './rules.ts'
import { repliesTo } from './threads/desks/service.ts'
import type { letterTemplates } from './service.ts'

export interface Viewer {
  /** Proven at the unit that wrote the letter. */
  mayWrite: boolean
  may: (action: Action) => boolean
  /** Path of the unit it is seen from. */
  within: string
  tally: Tally | null
  /** Whether the unit it is seen from may begin a letter of its own with it. */
  passing?: { copy: boolean; forward: boolean }
  /** Of a letter that was passed on: what became of the original. */
  fate?: Fate | null
  /** Of a draft that may have to be seen first. */
  approval?: { isNeeded: boolean; maySend: boolean; mayDecide: boolean }
  /** The editions before it, with the receipts that stay on their sheets. */
  earlier?: { letter: LetterRecord & { sentAt: Date }; tally: Tally | null }[]
}

export function presentLetter(
  letter: LetterRecord,
  { mayWrite, may, within, tally, earlier, passing, approval, fate }: Viewer,
): Letter {
  const { kind, title, body, pledge, confirmation, status, version, unitName, authorName } = letter
  return {
    id: String(letter._id),
    unitId: String(letter.unitId),
    unitName,
    authorName,
    kind,
    title,
    body,
    pledge,
    confirmation,
    audience: presentUnits(letter.audience),
    ...(may('seeFamilies') && presentFamilies(letter)),
    parts: presentParts(letter, (path) => may('seeFamilies') && isWithin(path, within)),
    isForOneFamily: letter.isForOneFamily ?? false,
    staff: letter.staff ? presentStaffAudience(letter.staff) : null,
    receiptRule: letter.receiptRule ?? 'any',
    offersHelp: letter.offersHelp ?? false,
    ...presentNodeLife(letter),
    node: letter.node ? { code: letter.node.code, year: letter.node.year, title: letter.node.title } : null,
    form: letter.form ?? null,
    blanks: letter.blanks ?? [],
    attachments: letter.attachments ?? [],
    revision: letter.revision ?? 0,
    replies: repliesTo(letter),
    dueOn: letter.dueOn ?? null,
    remindOn: (letter.remindOn as ReminderStep[] | null | undefined) ?? [...USUAL_STEPS],
    isUrgent: letter.isUrgent ?? false,
    textsFirst: letter.textsFirst ?? false,
    status: shownStatus(status),
    sendAt: letter.sendAt?.toISOString() ?? null,
    sentAt: letter.sentAt?.toISOString() ?? null,
    version,
    textHash: letter.textHash ?? null,
    supersedes: letter.supersedes ? String(letter.supersedes) : null,
    supersededBy: letter.supersededBy ? String(letter.supersededBy) : null,
    correction: letter.correction ?? null,
    ...(earlier && {
      earlier: earlier.map((it) => ({
        id: String(it.letter._id),
        version: it.letter.version,
        sentAt: it.letter.sentAt.toISOString(),
        tally: it.tally,
      })),
    }),
    approval: letter.approval ? presentApproval(letter.approval, approvalHash(letter)) : null,
    heldBack: heldBackOf(letter),
    lastHandedIn: mayWrite ? lastHandedIn(letter) : null,
    needsApproval: approval?.isNeeded ?? false,
    forwardOf: letter.forwardOf
      ? {
          letterId: String(letter.forwardOf.letterId),
          unitName: letter.forwardOf.unitName,
          title: letter.forwardOf.title,
          fate: fate ? { ...fate, at: fate.at.toISOString() } : null,
        }
      : null,
    withdrawn: letter.withdrawnAt
      ? { reason: letter.withdrawnReason ?? '', at: letter.withdrawnAt.toISOString() }
      : null,
    tally,
    abilities: {
      ...abilitiesOf({ status, isSuperseded: Boolean(letter.supersededBy) }, mayWrite, may),
      ...passing,
      ...(approval && approvalAbilities(approval, letter.approval?.state)),
    },
  }
}

/** A draft that was put away is one for readers who know no other word. */
export const shownStatus = (status: LetterRecord['status']) => (status === 'expired' ? 'draft' : status)

const heldBackOf = ({ status, heldBack }: LetterRecord) =>
  status === 'draft' && heldBack ? { why: heldBack.why, at: heldBack.at.toISOString() } : null

const lastHandedIn = ({ status, handedIn }: LetterRecord) =>
  status === 'draft' && handedIn?.before ? { ...handedIn.before, at: handedIn.before.at.toISOString() } : null

const presentApproval = (it: Approval, hash: string) => ({
  state: it.state,
  unitName: it.approverName,
  by: it.by,
  at: it.at.toISOString(),
  hash,
  words: it.words ?? null,
  decidedBy: it.decidedBy ?? null,
  decidedAt: it.decidedAt?.toISOString() ?? null,
  isForSafety: it.isForSafety,
  sendsItself: it.thenSend !== null,
})

const approvalAbilities = (
  { isNeeded, maySend, mayDecide }: NonNullable<Viewer['approval']>,
  state: Approval['state'] | undefined,
) => ({
  queue: maySend,
  submit: isNeeded && state !== 'submitted',
  recall: state === 'submitted',
  decide: mayDecide,
})

/** For the list of what waits; a letter that waits no more is not in it. */
export function presentSubmitted(letter: LetterRecord, personId: string): SubmittedLetter | null {
  const { approval } = letter
  if (!approval) return null
  return {
    ...presentLine(letter, null),
    submittedAt: approval.at.toISOString(),
    submittedBy: approval.by,
    hash: approvalHash(letter),
    thenSend: approval.thenSend && { at: approval.thenSend.at?.toISOString() ?? null },
    isForSafety: approval.isForSafety,
    isMine: [letter.authorId, approval.byId].some((it) => String(it) === personId),
  }
}

/** 七年级2班 · 七年级2班等3处 · 七年级2班和2个家庭: nobody's name in a list. */
export function addressesInWords({ audience, staff }: LetterRecord) {
  if (staff) {
    const posts = (staff.posts as PostKind[]).map((it) => POST_WORDS[it]).join('、')
    return `${inWords(staff.units)}的${posts}`
  }
  const units = audience.filter((it) => !it.isStudent && !it.part)
  const families = audience.filter((it) => it.isStudent).length
  return [inWords(units), partsInWords(audience), families > 0 ? `${families}个家庭` : '']
    .filter(Boolean)
    .join('和')
}

function inWords(units: readonly { name: string }[]) {
  const [first] = units
  return first && (units.length > 1 ? `${first.name}等${units.length}处` : first.name)
}

export function presentLine(letter: LetterRecord, tally: Tally | null): LetterLine {
  const { kind, title, confirmation, status, version, unitName, authorName } = letter
  return {
    id: String(letter._id),
    kind,
    title,
    unitName,
    authorName,
    audience: addressesInWords(letter),
    confirmation,
    dueOn: letter.dueOn ?? null,
    status: shownStatus(status),
    sendAt: letter.sendAt?.toISOString() ?? null,
    sentAt: letter.sentAt?.toISOString() ?? null,
    version,
    isSuperseded: Boolean(letter.supersededBy),
    isUrgent: letter.isUrgent ?? false,
    approval: status === 'draft' ? (letter.approval?.state ?? null) : null,
    tally,
  }
}

export function presentTemplate(template: ReturnType<typeof letterTemplates>[number]): LetterTemplate {
  const { code, title, kind, stages, summary, confirmation, dueDays, pledge, body } = template
  return {
    code,
    title,
    kind,
    stages,
    occasion: OCCASIONS[template.occasion],
    isForOneFamily: template.isForOneFamily ?? false,
    offersHelp: template.offersHelp ?? false,
    summary,
    confirmation,
    dueDays,
    pledge,
    body,
    ...(template.form && { form: formOf(template.form) }),
    blanks: template.blanks
      .filter((it) => it.filledBy === 'author')
      .map(({ name, type = 'text', choices, example }) => ({
        ...{ name, type, value: '', example },
        ...(choices && { choices }),
      })),
  }
}

function formOf({ answeredBy, fields }: Form) {
  return letterForm.parse({ answeredBy, fields })
}
