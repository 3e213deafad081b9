import { Types } from 'mongoose'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { may } from '../../org/rules.ts'
import { DEPTH, idAt, idsOf, isWithin } from '../../org/tree/rules.ts'
import { findUnit } from '../../org/tree/service.ts'
import { refuseMoved } from '../addressing/service.ts'
import { refuseAltered } from '../forwards/service.ts'
import { missingCorrection } from '../editions/service.ts'
import { type Approval, LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { isNow, obstacle } from '../rules.ts'
import { scheduled } from '../scheduling/service.ts'
import { sending, transition } from '../service.ts'
import { addressesInWords } from '../present.ts'
import { refuseForeignLinks } from '../wording/service.ts'
import { announceDecision, announceSubmission } from './messages/service.ts'
import { LetterSettingsModel, type LetterSettingsRecord } from './model.ts'
import type { LetterToDecide } from './policy.ts'
import { approvalHash, asHandedIn, isApproved, isBetweenThem } from './rules.ts'

const MOST_WAITING = 200
const CHANGED = '它刚刚改过、收回或有人审过了，请刷新后再看'

/** What a unit demands of letters below it. */
export async function settingsOf(scope: UnitScope) {
  const own = await LetterSettingsModel.findById(scope.unitId).lean<LetterSettingsRecord>()
  return {
    asksApproval: own?.asksApproval ?? [],
    abilities: { change: scope.kind !== 'class' && scope.may('writeLetters') },
  }
}

export async function setSettings(
  scope: UnitScope<'writeLetters'>,
  asksApproval: ('letter' | 'notice')[],
  now: Date,
) {
  if (scope.kind === 'class') throw new Refusal('invalid', '班级没有下级单位，不用规定')
  const kinds = [...new Set(asksApproval)]
  await LetterSettingsModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { $set: { asksApproval: kinds }, $setOnInsert: { path: scope.path } },
    { upsert: true },
  )
  const words = kinds.map((it) => (it === 'letter' ? '家长信' : '通知')).join('、')
  await audit.record('letter.settings', { unit: scope, detail: words ? `先审核：${words}` : '不用审核' }, now)
}

type Place = Pick<LetterRecord, 'path' | 'kind'> & Partial<Pick<LetterRecord, 'isPrivate' | 'isForOneFamily'>>

/** The nearest unit above that wants to see such a letter first; null where none does. */
export async function approverOf(letter: Place): Promise<LetterSettingsRecord | null> {
  if (isBetweenThem(letter)) return null
  const above = idsOf(letter.path).slice(0, -1)
  if (above.length === 0) return null
  const asking = await LetterSettingsModel.find({
    _id: { $in: above.map((it) => new Types.ObjectId(it)) },
    asksApproval: letter.kind,
  }).lean<LetterSettingsRecord[]>()
  return asking.toSorted((a, b) => b.path.length - a.path.length)[0] ?? null
}

/** What that unit is called. */
export async function approverNameOf(place: Pick<Place, 'path' | 'kind'>) {
  const approver = await approverOf(place)
  return approver ? ((await findUnit(String(approver._id)))?.fullName ?? null) : null
}

/** Refuses to send what has to be seen first; who could say yes to a colleague's letter says it by sending. */
export async function refuseUnapproved(letter: LetterRecord, actor: StaffActor, now: Date) {
  if (letter.approval?.isForSafety && !isApproved(letter)) {
    const isBack = letter.approval.state === 'returned'
    throw new Refusal(
      'conflict',
      isBack ? '学校退回了这条通知，请改一改再发' : '这条通知在等学校看一下，看过就会发出',
    )
  }
  const approver = await approverOf(letter)
  if (!approver || isApproved(letter)) return
  const isAbove = actor.posts.some((it) => isWithin(approver.path, it.path) && may(it.post, 'writeLetters'))
  if (!isAbove || String(letter.authorId) === actor.personId) {
    throw new Refusal('conflict', '这封信要先提交上级单位审核，通过后再发')
  }
  const unit = { unitId: String(approver._id), path: approver.path }
  await audit.record('letter.approved', { unit, detail: titleOf(letter) }, now)
}

const titleOf = (letter: LetterRecord) => `${letter.unitName}《${letter.title}》`

export interface ThenSend {
  at: Date | null
}

/** Hands a letter to the unit that wants to see it first. From here on a change takes it back. */
export async function submit(
  { letter, scope }: OwnLetter,
  author: StaffActor,
  thenSend: ThenSend | null,
  now: Date,
) {
  const approver = await approverOf(letter)
  if (!approver) throw new Refusal('conflict', '这封信不用审核，可以直接发')
  const problem = obstacle(letter, thenSend?.at ?? now, now) ?? missingCorrection(letter)
  if (problem) throw new Refusal('invalid', problem)
  await refuseForeignLinks(scope, letter)
  await refuseAltered(letter)
  await refuseMoved(letter)
  return put({ letter, scope }, author, { unitId: String(approver._id), thenSend, isForSafety: false }, now)
}

/** The same for a text WeChat did not vouch for: the school looks at it, and then it goes. Asked twice it waits once. */
export async function submitForSafety(
  own: Pick<OwnLetter, 'letter' | 'scope'>,
  author: StaffActor,
  now: Date,
) {
  if (own.letter.approval) return own.letter
  const asked = await approverOf(own.letter)
  const unitId = asked
    ? String(asked._id)
    : (idAt(own.letter.path, DEPTH.school) ?? String(own.letter.unitId))
  return put(own, author, { unitId, thenSend: { at: null }, isForSafety: true }, now)
}

async function put(
  { letter, scope }: Pick<OwnLetter, 'letter' | 'scope'>,
  author: StaffActor,
  { unitId, ...how }: { unitId: string; thenSend: ThenSend | null; isForSafety: boolean },
  now: Date,
) {
  const unit = await findUnit(unitId)
  if (!unit) throw new Refusal('conflict', '要审核的单位已经停用，请联系管理员')
  const approval: Approval = {
    state: 'submitted',
    approverId: unit._id,
    approverPath: unit.path,
    approverName: unit.fullName,
    hash: approvalHash(letter),
    byId: new Types.ObjectId(author.personId),
    by: author.name,
    at: now,
    ...how,
  }
  const from = { updatedAt: letter.updatedAt, 'approval.state': { $ne: 'submitted' } }
  const submitted = await transition(
    letter._id,
    'draft',
    { approval, handedIn: handedInNow(letter, now) },
    '这封信已经提交过了，请刷新后再看',
    from,
  )
  await audit.record('letter.submitted', { unit: scope, detail: titleOf(letter) }, now)
  await announceSubmission(submitted, unit.path, now)
  return submitted
}

/** What is handed in, beside what was the time before: whoever sees it again looks at what changed. */
const handedInNow = (letter: LetterRecord, now: Date) => ({
  now: asHandedIn(letter, addressesInWords(letter), now),
  ...(letter.handedIn && { before: letter.handedIn.now }),
})

/** Takes a letter back from whoever was to see it. */
export const recall = ({ letter }: OwnLetter) =>
  transition(letter._id, 'draft', { approval: null }, '这封信不在等待审核', { 'approval.state': 'submitted' })

/** What waits for a unit, what came first first. */
export const waitingFor = (scope: UnitScope<'writeLetters'>) =>
  LetterModel.find({ 'approval.approverId': new Types.ObjectId(scope.unitId), 'approval.state': 'submitted' })
    .sort({ 'approval.at': 1 })
    .limit(MOST_WAITING)
    .lean<LetterRecord[]>()

/** How many letters wait for this member of staff; one's own wait for a colleague. */
export function countWaiting({ unitId, personId }: Pick<UnitScope, 'unitId' | 'personId'>) {
  const notMine = { $ne: new Types.ObjectId(personId) }
  return LetterModel.countDocuments(
    {
      ...{ 'approval.approverId': new Types.ObjectId(unitId), 'approval.state': 'submitted' },
      ...{ authorId: notMine, 'approval.byId': notMine },
    },
    { limit: MOST_WAITING },
  )
}

/** Says yes, or sends it back with words; once, about what was read. A yes lets it go where its author wished so. */
export async function decide(
  { letter, scope, approver }: LetterToDecide,
  said: { hash: string; approve: boolean; words?: string | undefined },
  now: Date,
) {
  if (!said.approve && !said.words) throw new Refusal('invalid', '请写明要改什么，再退回')
  const { approval } = letter
  // What was read is what is said yes to: also when it was changed between the list and the button.
  if (!approval || approvalHash(letter) !== said.hash) throw new Refusal('conflict', CHANGED)
  const decided = {
    'approval.state': said.approve ? 'approved' : 'returned',
    'approval.hash': said.hash,
    'approval.words': said.approve ? null : said.words,
    'approval.decidedById': new Types.ObjectId(scope.personId),
    'approval.decidedBy': approver,
    'approval.decidedAt': now,
  }
  const change = {
    ...decided,
    ...(said.approve && approval.thenSend && going(letter, approval.thenSend, now)),
  }
  const from = { 'approval.state': 'submitted', updatedAt: letter.updatedAt }
  const moved = await transition(letter._id, 'draft', change, CHANGED, from)
  const act = said.approve ? 'letter.approved' : 'letter.returned'
  await audit.record(act, { unit: scope, detail: titleOf(letter) }, now)
  await announceDecision(moved, now)
  return moved
}

/** What can go goes; what cannot any more stays a draft that was approved, and its author is told. */
function going(letter: LetterRecord, { at }: ThenSend, now: Date) {
  if (obstacle(letter, at ?? now, now)) return {}
  return isNow(at, now) ? sending(letter, now) : scheduled(at)
}
