import { Types } from 'mongoose'
import type { AudienceParts, StaffAudience } from '#contract/audiences'
import type { LetterForm } from '#contract/letter-form'
import type { ReceiptRule } from '#contract/letter-receipts'
import type { AuthorBlank, Confirmation } from '#contract/letters'
import { readLetterTemplates } from '../../../content/schema.ts'
import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { findOnePlain } from '../../infra/plain.ts'
import type { UnitScope } from '../org/policy.ts'
import { idsOf, within } from '../org/tree/rules.ts'
import { addressees, refuseMoved, saidOf } from './addressing/service.ts'
import { addressesAround } from './placing/service.ts'
import { LetterModel, type LetterRecord } from './model.ts'
import type { OwnLetter } from './policy.ts'
import { approvalHash } from './approvals/rules.ts'
import { missingCorrection } from './editions/service.ts'
import { refuseAltered } from './forwards/service.ts'
import { scheduled } from './scheduling/service.ts'
import { refuseForeignLinks, wordsInOrder } from './wording/service.ts'
import { hashText, isNow, obstacle, ruleAtSending, written } from './rules.ts'

export { openTasksOf } from './mine/service.ts'
export { latestLettersTo, readRateBy } from './sheets/service.ts'
export { unwanted } from './wanting/service.ts'

const PAGE = 20

let templates: ReturnType<typeof readLetterTemplates> | undefined
/** What editors have prepared; read once, as content changes with a release. */
export const letterTemplates = () => (templates ??= readLetterTemplates())

export const findLetter = (letterId: string) =>
  findOnePlain<LetterRecord>(LetterModel, { _id: new Types.ObjectId(letterId) })

/** The day of the year's calendar that a letter is written for. */
export type ForNode = Pick<LetterRecord, 'node' | 'nodeDays'>

/** The letter that somebody began under a number their page has made up. */
export const begunBy = (personId: string, requestId: string) =>
  LetterModel.findOne({ authorId: new Types.ObjectId(personId), requestId }, { _id: 1 }).lean()

export interface Draft {
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  receiptRule?: ReceiptRule | undefined
  offersHelp?: boolean | undefined
  dueOn: string | null
  isUrgent?: boolean | undefined
  textsFirst?: boolean | undefined
  audience: string[]
  studentIds?: string[] | undefined
  excludedIds?: string[] | undefined
  parts?: AudienceParts | undefined
  staff?: StaffAudience | null | undefined
  form?: LetterForm | null | undefined
  blanks?: AuthorBlank[] | undefined
  correction?: string | undefined
  replies?: LetterRecord['replies'] | undefined
}

/** A new draft; the same request again gives the letter it made the first time. */
export async function createLetter(
  scope: UnitScope<'writeLetters'>,
  {
    kind,
    requestId,
    template,
    forNode,
    ...draft
  }: Draft & {
    kind: LetterRecord['kind']
    requestId: string
    template?: string | undefined
    forNode?: ForNode | undefined
  },
  author: StaffActor,
  now = new Date(),
): Promise<LetterRecord> {
  const begun = letterTemplates().find((it) => it.code === template)
  const { audience, studentIds, excludedIds, parts, staff, ...spoken } = draft
  const words = { ...spoken, ...(await wordsInOrder(scope, spoken)) }
  const isForOneFamily = begun?.isForOneFamily ?? false
  const said = { audience, studentIds, excludedIds, parts, staff, isForOneFamily }
  const to = await addressees(scope, said, author, now)
  const key = { authorId: new Types.ObjectId(author.personId), requestId }
  const letter = await LetterModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        ...words,
        ...to,
        kind,
        ...(isForOneFamily && { isForOneFamily }),
        // A letter about worry has the help lines below it, unless its author has taken them away (B8).
        offersHelp: words.offersHelp ?? begun?.offersHelp ?? false,
        ...forNode,
        unitId: new Types.ObjectId(scope.unitId),
        unitName: scope.fullName,
        path: scope.path,
        ownerIds: idsOf(scope.path).map((it) => new Types.ObjectId(it)),
        authorName: author.name,
        updatedAt: new Date(),
      },
    },
    // The second of two taps writes nothing, else the first could not send what it has just written.
    { upsert: true, returnDocument: 'after', timestamps: { createdAt: true, updatedAt: false } },
  )
    .lean<LetterRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return LetterModel.findOne(key).lean<LetterRecord>() // the same tap, a moment earlier
    })
  if (!letter || String(letter.unitId) !== scope.unitId) throw new Refusal('conflict', '请刷新页面后重新写信')
  return letter
}

/**
 * Changes a draft; what is on its way or sent stays as it is. What is left out of `draft` stays, too. Whoever says which revision they
 * read does not overwrite a newer one; the same words again, because the answer got lost, are no newer one.
 */
export async function updateLetter(
  { letter, scope }: OwnLetter,
  { revision, ...draft }: Draft & { revision?: number | undefined },
  author: StaffActor,
  now = new Date(),
) {
  const { audience, studentIds, excludedIds, parts, staff, ...said } = draft
  const words = { ...said, ...(await wordsInOrder(scope, said)) }
  const before = saidOf(letter)
  const kept = {
    studentIds: studentIds ?? before.studentIds,
    excludedIds: excludedIds ?? before.excludedIds,
    parts: parts ?? before.parts,
    staff: staff === undefined ? before.staff : staff,
    isForOneFamily: letter.isForOneFamily ?? false,
  }
  const to = await addressees(scope, { audience, ...kept }, author, now)
  const change = { ...words, ...to }
  // A changed text takes itself back from who was to see it, or has to be seen anew.
  const isSame = letter.approval?.hash === approvalHash({ ...letter, ...change } as LetterRecord)
  const next = { $set: { ...change, ...(!isSame && { approval: null }) }, $inc: { revision: 1 } }
  const tooLate = '这封信已经不是草稿，不能再改'
  if (revision === undefined) return transition(letter._id, 'draft', next, tooLate)
  const read = { revision: revision === 0 ? { $in: [0, null] } : revision }
  return transition(letter._id, 'draft', next, OVERTAKEN, read).catch(async (error: unknown) => {
    const there = await findLetter(String(letter._id))
    if (there?.status !== 'draft') throw new Refusal(there ? 'conflict' : 'not_found', tooLate)
    if (!holds(there, change)) throw error
    return there
  })
}

const OVERTAKEN = '这封信刚刚在别的窗口或由同事改过，请刷新页面，看过新的再改'

/** Whether a draft already says all of a change. */
const holds = (letter: LetterRecord, change: object) =>
  Object.entries(change).every(
    ([key, value]) =>
      value === undefined ||
      JSON.stringify(letter[key as keyof LetterRecord] ?? null) === JSON.stringify(value),
  )

export async function removeLetter({ letter }: OwnLetter) {
  const { deletedCount } = await LetterModel.deleteOne({
    _id: letter._id,
    status: { $in: ['draft', 'expired'] },
  })
  if (deletedCount === 0) throw new Refusal('conflict', '这封信已经不是草稿，不能删除')
}

/** Draft → scheduled or sending, once. The status in the filter is the guard: two clicks cannot both win. */
export async function queueLetter({ letter, scope }: OwnLetter, sendAt: Date | null, now: Date) {
  const problem = obstacle(letter, sendAt ?? now, now) ?? missingCorrection(letter)
  if (problem) throw new Refusal('invalid', problem)
  // The city may have taken a site off its list since it was saved.
  await refuseForeignLinks(scope, letter)
  await refuseAltered(letter)
  await refuseMoved(letter)
  const change = isNow(sendAt, now) ? sending(letter, now) : scheduled(sendAt)
  // `updatedAt` too: what was checked is what is sent, not what a colleague saved meanwhile.
  return transition(letter._id, 'draft', change, '这封信已经发出，或正在等待发送', {
    updatedAt: letter.updatedAt,
  })
}

/** As `queueLetter`, for whom asks again because the answer got lost: what is on its way is the answer. */
export const sendOnce = (own: OwnLetter, sendAt: Date | null, now: Date): Promise<LetterRecord> =>
  queueLetter(own, sendAt, now).catch(async (error: unknown) => {
    const letter =
      error instanceof Refusal && error.code === 'conflict' ? await findLetter(String(own.letter._id)) : null
    if (!letter) throw error
    return letter
  })

/** From here on the text cannot change. */
export function sending(letter: LetterRecord, now: Date) {
  const final = written(letter)
  const { title, body, pledge } = final
  return {
    status: 'sending',
    sendAt: letter.sendAt ?? now,
    sentAt: now,
    ...(letter.blanks && { title, body, pledge, blanks: [] }),
    receiptRule: ruleAtSending(letter),
    textHash: hashText(final),
    heldBack: null,
  }
}

/** One letter from one state to the next, once: the state in the filter is the guard. */
export async function transition(
  letterId: Types.ObjectId,
  from: LetterRecord['status'],
  change: object,
  tooLate: string,
  also: object = {},
): Promise<LetterRecord> {
  const letter = await LetterModel.findOneAndUpdate({ _id: letterId, status: from, ...also }, change, {
    returnDocument: 'after',
  }).lean<LetterRecord>()
  if (letter) return letter
  const exists = await LetterModel.exists({ _id: letterId })
  throw exists ? new Refusal('conflict', tooLate) : new Refusal('not_found', '没有这封信')
}

export type Box = 'own' | 'below' | 'above'

export interface Page {
  box: Box
  after: string | undefined
  /** Of the unit's own office: sees what it writes to single families, too. */
  isKeeper: boolean
}

/** A page of the letters of a unit, newest first. */
export async function lettersOf(scope: UnitScope<'seeFigures'>, { box, after, isKeeper }: Page) {
  const found = await LetterModel.find({
    ...(await inBox(scope, box)),
    ...(!(isKeeper && box === 'own') && { isPrivate: { $ne: true } }),
    ...(after && { _id: { $lt: new Types.ObjectId(after) } }),
  })
    .sort({ _id: -1 })
    .limit(PAGE + 1)
    .lean<LetterRecord[]>()
  const letters = found.slice(0, PAGE)
  return { letters, next: found.length > PAGE ? String(letters.at(-1)?._id) : null }
}

async function inBox(scope: UnitScope, box: Box) {
  const unitId = new Types.ObjectId(scope.unitId)
  // Who may not write sees what went out, not what is being written.
  const shown = scope.may('writeLetters')
    ? { status: { $ne: 'expired' as const } }
    : { status: { $in: ['sent', 'withdrawn'] as const } }
  if (box === 'own') return { unitId, ...shown }
  if (box === 'below') {
    return { ownerIds: unitId, unitId: { $ne: unitId }, status: { $in: ['sent', 'withdrawn'] as const } }
  }
  const onPath = idsOf(scope.path).map((it) => new Types.ObjectId(it))
  const isNotOut = { 'without.unitId': { $nin: onPath } }
  return {
    unitId: { $in: onPath.slice(0, -1) },
    status: 'sent' as const,
    $or: [
      { 'audience.unitId': { $in: await addressesAround(scope) }, ...isNotOut },
      ...(scope.kind === 'class' ? [] : [{ 'audience.ofId': { $in: onPath }, ...isNotOut }]),
      { 'audience.path': within(scope.path) },
      { 'staff.units.unitId': { $in: onPath } },
      { 'staff.units.path': within(scope.path) },
    ],
  }
}
