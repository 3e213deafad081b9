import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { holdersAt } from '../../../accounts/holders/service.ts'
import { enqueue } from '../../../notify/service.ts'
import { postsThatMay } from '../../../org/rules.ts'
import { substanceOf } from '../../editions/rules.ts'
import { reviseLetter } from '../../editions/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import type { OwnLetter } from '../../policy.ts'
import { forwardedBody, isTooLong, prefaceOf } from '../rules.ts'

const MOST_EDITIONS = 20
const BATCH = 100
const LETTERS_A_TICK = 20

/** What became of the original since it was passed on. */
export interface Fate {
  kind: 'withdrawn' | 'corrected'
  /** The reason, or what the new edition puts right. */
  words: string
  at: Date
  letterId: string
}

type Original = Pick<
  LetterRecord,
  '_id' | 'status' | 'withdrawnAt' | 'withdrawnReason' | 'sentAt' | 'correction' | 'supersededBy'
>

const fateIn = (source: Original, passedOn: string): Fate | null => {
  const letterId = String(source._id)
  if (source.status === 'withdrawn' && source.withdrawnAt) {
    return { kind: 'withdrawn', words: source.withdrawnReason ?? '', at: source.withdrawnAt, letterId }
  }
  if (letterId === passedOn || !source.sentAt) return null
  return { kind: 'corrected', words: source.correction ?? '', at: source.sentAt, letterId }
}

/** The last edition of a letter; the letter itself where it was never put right. */
async function newestOf(letterId: string) {
  let newest = await LetterModel.findById(letterId, { body: 0 }).lean<LetterRecord>()
  for (let at = 0; newest?.supersededBy && at < MOST_EDITIONS; at++) {
    newest = await LetterModel.findById(newest.supersededBy, { body: 0 }).lean<LetterRecord>()
  }
  return newest
}

/** What the unit still has to decide of a letter that it has passed on; what it has decided to keep is settled. */
export async function fateOf(letter: LetterRecord): Promise<Fate | null> {
  const { forwardOf, status, supersededBy } = letter
  if (!forwardOf || status === 'withdrawn' || supersededBy) return null
  const source = await newestOf(String(forwardOf.letterId))
  const fate = source && fateIn(source, String(forwardOf.letterId))
  return fate && !(forwardOf.keptAt && forwardOf.keptAt >= fate.at) ? fate : null
}

/** The unit has seen it and leaves its own letter as it is. Pressed twice it is kept once. */
export async function keepForward({ letter }: OwnLetter, now: Date) {
  const kept = await LetterModel.findOneAndUpdate(
    { _id: letter._id, forwardOf: { $exists: true } },
    { 'forwardOf.keptAt': now },
    { returnDocument: 'after' },
  ).lean<LetterRecord>()
  if (!kept) throw new Refusal('conflict', '这封信不是转发的')
  return kept
}

/** A correction of one's own that says what the corrected original says, after the unit's own words. */
export async function takeCorrection(own: OwnLetter, requestId: string, author: StaffActor) {
  const { letter } = own
  const fate = await fateOf(letter)
  if (!letter.forwardOf || fate?.kind !== 'corrected') throw new Refusal('conflict', '原信没有新的更正')
  const next = await LetterModel.findById(fate.letterId).lean<LetterRecord>()
  if (!next) throw new Refusal('conflict', '原信的新版找不到了，请刷新后再看')
  const body = forwardedBody(next, prefaceOf(letter.body, letter.forwardOf))
  if (isTooLong(body)) throw new Refusal('invalid', '加上您的话太长了，请把自己的话写短一些再试')
  const { title, pledge, confirmation, form, blanks, attachments, pictures, dueOn } = substanceOf(next)
  const forwardOf = { letterId: next._id, unitName: next.unitName, title: next.title }
  return reviseLetter(own, requestId, author, {
    ...{ title, body, pledge, confirmation, form, blanks, attachments, pictures, dueOn, forwardOf },
    correction: fate.words,
  })
}

/** Units that have passed on what was withdrawn or put right hear of it. Cut short, it begins anew: nobody is told twice. */
export async function tellForwards(now: Date) {
  const due = await LetterModel.find({ areForwardsDue: true }, { body: 0 })
    .sort({ _id: 1 })
    .limit(LETTERS_A_TICK)
    .lean<LetterRecord[]>()
  for (const source of due) {
    await tellOf(source, now)
    await LetterModel.updateOne({ _id: source._id }, { $unset: { areForwardsDue: 1 } })
  }
}

async function tellOf(source: LetterRecord, now: Date) {
  const newest = await newestOf(String(source._id))
  const fate = newest && fateIn(newest, String(source._id))
  if (!fate) return
  const forwards = LetterModel.find(
    { 'forwardOf.letterId': source._id, status: { $ne: 'withdrawn' }, supersededBy: null },
    { path: 1, unitId: 1, unitName: 1, title: 1 },
  )
    .sort({ path: 1 })
    .lean<Forward[]>()
    .cursor({ batchSize: BATCH })
  let some: Forward[] = []
  for await (const one of forwards) {
    some.push(one)
    if (some.length < BATCH) continue
    await tell(some, source, fate, now)
    some = []
  }
  await tell(some, source, fate, now)
}

type Forward = Pick<LetterRecord, '_id' | 'path' | 'unitId' | 'unitName' | 'title'>

async function tell(forwards: readonly Forward[], source: LetterRecord, fate: Fate, now: Date) {
  const offices = await holdersAt(
    forwards.map((it) => String(it.unitId)),
    postsThatMay('writeLetters'),
    now,
  )
  const isWithdrawn = fate.kind === 'withdrawn'
  await enqueue(
    forwards.flatMap((it) => {
      const people = offices.filter((office) => office.unitId === String(it.unitId))
      return [...new Set(people.map((one) => one.personId))].map((personId) => ({
        kind: 'staffMatter' as const,
        subject: `forward-${String(it._id)}`,
        step: `${fate.kind}-${fate.letterId}`,
        path: it.path,
        page: '/pages/home/home',
        personId,
        values: {
          title: isWithdrawn ? '您转发的信，原信撤回了' : '您转发的信，原信更正了',
          who: source.unitName,
          unit: it.unitName,
          note: `《${it.title}》：${fate.words}。请打开这封信，${isWithdrawn ? '一并撤回或保留' : '采用新版或保留'}。`,
        },
      }))
    }),
    now,
  )
}
