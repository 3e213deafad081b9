import { Types } from 'mongoose'
import type { Tally } from '#contract/letters'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idsOf, within } from '../../org/tree/rules.ts'
import { substanceOf } from '../editions/rules.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import { findLetter } from '../service.ts'
import { NOTHING } from '../sheets/rules.ts'
import { talliesOf } from '../sheets/service.ts'
import { forwardedBody, forwardProblem, isTooLong } from './rules.ts'

const PAGE = 100
/** Letters of one roll-up. */
const TALLIED = 500

interface Begun {
  requestId: string
}

/** A draft of a unit's own that begins with the words of another letter. The same request again gives the draft it made. */
async function begin(
  scope: UnitScope<'writeLetters'>,
  author: StaffActor,
  { requestId }: Begun,
  words: object,
) {
  const key = { authorId: new Types.ObjectId(author.personId), requestId }
  const place = {
    unitId: new Types.ObjectId(scope.unitId),
    unitName: scope.fullName,
    path: scope.path,
    ownerIds: idsOf(scope.path).map((it) => new Types.ObjectId(it)),
    authorName: author.name,
  }
  let isNew = true
  const made = await LetterModel.create({ ...words, ...place, ...key }).catch(
    async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      isNew = false
      return LetterModel.findOne({ ...key, unitId: place.unitId })
    },
  )
  if (!made) throw new Refusal('conflict', '请刷新页面后再试')
  return { draft: made.toObject() as LetterRecord, isNew }
}

const toUnit = ({ unitId, path, fullName }: UnitScope) => ({
  audience: [{ unitId: new Types.ObjectId(unitId), path, name: fullName }],
  excluded: [],
  without: [],
  staff: undefined,
})

/** A letter of one's own, or one from above, as a new draft: its words, and nothing of what became of it. */
export async function copyLetter(
  { letter, scope }: LetterInScope<'writeLetters'>,
  author: StaffActor,
  said: Begun,
) {
  const { node: _, forwardOf: __, ...words } = substanceOf(letter)
  const isSameUnit = String(letter.unitId) === scope.unitId
  const { draft } = await begin(scope, author, said, { ...words, ...(!isSameUnit && toUnit(scope)) })
  return draft
}

/** A letter from above to one's own families, under one's own name and with words of one's own before it. */
export async function forwardLetter(
  { letter, scope }: LetterInScope<'writeLetters'>,
  author: StaffActor,
  said: Begun & { preface: string },
  now: Date,
) {
  const problem = forwardProblem(letter, scope.path)
  if (problem) throw new Refusal('conflict', problem)
  const body = forwardedBody(letter, said.preface)
  if (isTooLong(body)) throw new Refusal('invalid', '加上您的话太长了，请写短一些')
  const other = await LetterModel.findOne({
    'forwardOf.letterId': letter._id,
    status: { $ne: 'withdrawn' },
    requestId: { $ne: said.requestId },
    $or: [{ path: within(scope.path) }, { path: { $in: pathsTo(scope.path) } }],
  }).lean<LetterRecord>()
  if (other) throw new Refusal('conflict', `${other.unitName}已经转发过这封信，请看“上级发来的”或草稿`)
  const forwardOf = { letterId: letter._id, unitName: letter.unitName, title: letter.title }
  const { node: _, ...words } = substanceOf(letter)
  const { draft, isNew } = await begin(scope, author, said, {
    ...words,
    ...toUnit(scope),
    ...{ kind: 'letter', body, forwardOf },
  })
  const detail = `${letter.unitName}《${letter.title}》`
  if (isNew) await audit.record('letter.forwarded', { unit: scope, detail }, now)
  return draft
}

/** The paths of all units above a place, and its own. */
const pathsTo = (path: string) => idsOf(path).map((_, at, ids) => `/${ids.slice(0, at + 1).join('/')}/`)

/** The words of the unit above stay as they were sent: who wants others writes a letter of their own. */
export async function refuseAltered(letter: LetterRecord) {
  if (!letter.forwardOf) return
  const source = await findLetter(String(letter.forwardOf.letterId))
  if (source?.status !== 'sent') throw new Refusal('conflict', '原信已经撤回，不能再转发')
  if (source.supersededBy) throw new Refusal('conflict', '原信已有新版，请转发新版')
  if (!letter.body.endsWith(source.body)) {
    throw new Refusal('invalid', '转发的原文不能改动，请只改前面自己的话；要改原文，请复制成自己的信')
  }
}

/**
 * Which units have passed a letter on, a page at a time, each with the receipts of its own families; how many there are and how many were
 * taken back; and the receipts of all that stand.
 */
export async function forwardsWithin({ letter, scope }: LetterInScope<'seeFigures'>, after?: string) {
  const all = {
    'forwardOf.letterId': letter._id,
    path: within(scope.path),
    status: { $in: ['sent', 'withdrawn'] as const },
  }
  const [page, lines] = await Promise.all([
    LetterModel.find({ ...all, ...(after && (await following(after))) }, { body: 0 })
      .sort({ path: 1, _id: 1 })
      .limit(PAGE + 1)
      .lean<LetterRecord[]>(),
    LetterModel.find(all, { status: 1 }).lean<Pick<LetterRecord, '_id' | 'status'>[]>(),
  ])
  const shown = page.slice(0, PAGE)
  const standing = lines.filter((it) => it.status === 'sent').map((it) => it._id)
  const gone = shown.filter((it) => it.status === 'withdrawn').map((it) => it._id)
  const tallies = await talliedIn([...standing, ...gone], scope.path)
  return {
    forwards: shown.map((it) => ({ letter: it, tally: tallies.get(String(it._id)) ?? NOTHING })),
    next: page.length > PAGE ? String(shown.at(-1)?._id) : null,
    standing: standing.length,
    withdrawn: lines.length - standing.length,
    total: summed(standing.map((id) => tallies.get(String(id)) ?? NOTHING)),
  }
}

/** What comes after a line: by its place, and of those at one place by its number. */
async function following(after: string) {
  const last = await LetterModel.findById(after, { path: 1 }).lean<Pick<LetterRecord, '_id' | 'path'>>()
  if (!last) throw new Refusal('not_found', '没有这一页，请刷新')
  return { $or: [{ path: { $gt: last.path } }, { path: last.path, _id: { $gt: last._id } }] }
}

async function talliedIn(ids: Types.ObjectId[], path: string) {
  const tallies = new Map<string, Tally>()
  for (let at = 0; at < ids.length; at += TALLIED) {
    for (const [id, it] of await talliesOf(ids.slice(at, at + TALLIED), path)) tallies.set(id, it)
  }
  return tallies
}

const summed = (all: readonly Tally[]) => ({
  expected: all.reduce((sum, it) => sum + it.expected, 0),
  read: all.reduce((sum, it) => sum + it.read, 0),
})
