import { Types } from 'mongoose'
import type { StaffTally } from '#contract/staff-letters'
import type { ActorPost, StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { postsBelow } from '../../accounts/holders/service.ts'
import { BELOW, DEPTH, idAtExpression, within } from '../../org/tree/rules.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import { OPEN, READABLE, superseded } from '../sheets/closing/service.ts'
import { sheetId } from '../sheets/rules.ts'
import { StaffSheetModel, type StaffSheetRecord } from './model.ts'
import {
  keysOfHolder,
  NO_STAFF,
  reachedBy,
  sheetsAt,
  type StaffDeed,
  type StaffMarked,
  staffReceipt,
  standingOf,
  unitOfSheet,
} from './rules.ts'
import type { HoldersLetter } from './policy.ts'

const PAGE = 20
/** Errands are looked for among so many letters of so many days. */
const MOST_OPEN = 100
const ERRAND_DAYS = 120
const DAY_MS = 86_400_000

export type SentToStaff = LetterRecord & { sentAt: Date; staff: NonNullable<LetterRecord['staff']> }

export interface StaffLine {
  letter: SentToStaff
  standing: ReturnType<typeof standingOf>
}

/** A page of the letters to the posts somebody holds, newest first: one query for letters, one for their sheets. */
export async function lettersToStaff(actor: StaffActor, after: string | undefined, now: Date) {
  const found = await sentTo(actor, after ? olderThan(after) : {}, PAGE + 1)
  const page = found.slice(0, PAGE)
  const end = page.at(-1)
  return {
    lines: await linesOf(actor, page, now),
    next: found.length > PAGE && end ? `${end.sentAt.getTime()}~${String(end._id)}` : null,
  }
}

function olderThan(mark: string) {
  const [at = '', id = ''] = mark.split('~')
  const last = new Date(Number(at))
  return { $or: [{ sentAt: { $lt: last } }, { sentAt: last, _id: { $lt: new Types.ObjectId(id) } }] }
}

/** Those that wait for this member of staff. */
export async function openLettersToStaff(actor: StaffActor, now: Date): Promise<StaffLine[]> {
  const since = { sentAt: { $gte: new Date(now.getTime() - ERRAND_DAYS * DAY_MS) } }
  const lines = await linesOf(actor, await sentTo(actor, since, MOST_OPEN), now)
  return lines.filter((it) => !it.standing.isDone)
}

const sentTo = (actor: StaffActor, also: object, most: number) =>
  LetterModel.find(
    { 'staff.keys': { $in: keysOfHolder(actor.posts) }, status: 'sent', supersededBy: null, ...also },
    { body: 0 },
  )
    .sort({ sentAt: -1, _id: -1 })
    .limit(most)
    .lean<SentToStaff[]>()

async function linesOf(actor: StaffActor, letters: SentToStaff[], now: Date): Promise<StaffLine[]> {
  const reached = letters
    .map((letter) => ({ letter, ids: sheetIdsOf(letter, reachedBy(letter, actor.posts)) }))
    .filter(({ ids }) => ids.length > 0)
  const sheets = await StaffSheetModel.find(
    { _id: { $in: reached.flatMap(({ ids }) => ids) } },
    {
      ...Object.fromEntries(['read', 'confirmed', 'answered'].map((it) => [`${it}By.${actor.personId}`, 1])),
      ...{ answered: 1, isOnce: 1, isCarried: 1 },
    },
  ).lean<(StaffMarked & { _id: string })[]>()
  return reached.map(({ letter, ids }) => ({
    letter,
    standing: standingOf(
      letter,
      sheets.filter((it) => ids.includes(it._id)),
      actor.personId,
      shanghaiDay(now),
    ),
  }))
}

export const sheetIdsOf = (letter: Pick<LetterRecord, '_id'>, posts: readonly Pick<ActorPost, 'path'>[]) => [
  ...new Set(posts.map((it) => sheetId(String(letter._id), unitOfSheet(it.path)))),
]

export const withdrawn = () => new Refusal('conflict', '这封信已经撤回，不用再处理了')

/** Records what a holder did, on each sheet they stand on. Repeated, it changes nothing. */
export async function recordOfStaff(
  { letter, actor, sheetIds, schoolName }: HoldersLetter,
  deeds: readonly StaffDeed[],
  now: Date,
) {
  if (deeds.includes('confirmed')) {
    if (letter.supersededBy) throw superseded()
    if (letter.confirmation !== 'confirm') throw new Refusal('conflict', '这封信读过就好，不用确认')
    if (letter.form && !deeds.includes('answered')) throw new Refusal('conflict', '请填好信末的表，再提交')
  }
  const mark = () => markSheets(sheetIds, actor.personId, deeds, now)
  // Of two schools both take it or neither: one of them may be closed at this moment.
  const sheets = sheetIds.length > 1 ? await StaffSheetModel.db.transaction(mark) : await mark()
  const standing = standingOf(letter, sheets, actor.personId, shanghaiDay(now))
  return { letter, standing, sheets, reader: actor.name, schoolName: sheets[0]?.unitName ?? schoolName }
}

/** What a person did, in one statement a sheet. One that was closed takes nothing more, and says why; to be read, it is enough not to be taken back. */
export async function markSheets(
  sheetIds: readonly string[],
  personId: string,
  deeds: readonly StaffDeed[],
  now: Date,
) {
  const update = staffReceipt(new Types.ObjectId(personId), deeds, now)
  const among = deeds.every((it) => it === 'read') ? READABLE : OPEN
  const sheets: StaffSheetRecord[] = []
  for (const _id of sheetIds) {
    const sheet = await StaffSheetModel.findOneAndUpdate({ _id, ...among }, update, {
      returnDocument: 'after',
      updatePipeline: true,
    }).lean<StaffSheetRecord>()
    if (sheet) sheets.push(sheet)
    else await refuseClosed(_id)
  }
  if (sheets.length === 0) throw new Refusal('not_found', '没有这封信')
  return sheets
}

async function refuseClosed(id: string) {
  const sheet = await StaffSheetModel.findById(id, { closed: 1 }).lean<Pick<StaffSheetRecord, 'closed'>>()
  if (sheet?.closed) throw sheet.closed === 'withdrawn' ? withdrawn() : superseded()
}

const sums = Object.fromEntries(Object.keys(NO_STAFF).map((key) => [key, { $sum: `$${key}` }]))
const answers = { answered: { $sum: '$answered' }, asked: { $sum: { $cond: ['$isOnce', 1, '$expected'] } } }

/** The receipts of one letter below a unit, by the units below it; under its own id what stands at its own office. */
export async function staffFigures({ letter, scope }: Pick<LetterInScope, 'letter' | 'scope'>) {
  const depth = Math.min(DEPTH[BELOW[scope.kind]], DEPTH.school)
  const rows = await StaffSheetModel.aggregate<StaffTally & { _id: string }>([
    { $match: { letterId: letter._id, path: within(sheetsAt(letter, scope)) } },
    { $group: { _id: idAtExpression(depth), ...sums, ...(letter.form && answers) } },
  ])
  const here = DEPTH[scope.kind] > DEPTH.school
  return rows.map(({ _id, ...tally }) => ({ unitId: here ? scope.unitId : _id || scope.unitId, ...tally }))
}

/** The receipts of some letters to staff below a path, by letter. */
export async function staffTallies(letterIds: Types.ObjectId[], path: string) {
  if (letterIds.length === 0) return new Map<string, StaffTally>()
  const rows = await StaffSheetModel.aggregate<StaffTally & { _id: Types.ObjectId }>([
    { $match: { letterId: { $in: letterIds }, path: within(path) } },
    { $group: { _id: '$letterId', ...sums } },
  ])
  return new Map(rows.map(({ _id, ...tally }) => [String(_id), tally]))
}

/** One school's sheet with the names on it; an empty one where nobody there is written to. */
export async function namedStaffSheet({ letter, scope }: Pick<LetterInScope, 'letter' | 'scope'>) {
  const sheet = await StaffSheetModel.findById(
    sheetId(String(letter._id), scope.unitId),
  ).lean<StaffSheetRecord>()
  const people = sheet ? await postsBelow(sheet.roster, scope.path, letter.staff?.posts ?? []) : []
  return { unitName: scope.fullName, sheet, people }
}
