/**
 * Content safety, one place for all rooms. What a person types on the phone is looked at before others see it:
 *
 *   const { verdict, because } = await safety.look({ personId, scene: 'reply', texts: [text] }, deps)
 *   // or, where the reason does not matter: await safety.checkText({ personId, scene: 'reply', texts: [text] }, deps)
 *   'refused' → throw new Refusal('invalid', safety.REFUSED), nothing saved, the words stay in the box
 *   'waiting' → save the thing hidden from others, then safety.hold({ kind, subject: its id, personId, who, path, texts, because }, …)
 *   'pass'    → go on
 *
 * Pictures are shown while WeChat looks at them: `watchPictures` when others begin to see them, `hiddenAmong` wherever they are shown, and
 * `shelve` says once where their bytes lie. Those that stand in letters of many units: `watchShared` and `standingOfShared`.
 *
 * When a person has decided, the room's own `heed(kind, handler)` is called (register it where the room mounts its routes); a crash
 * in between is made good by the tick. `standingOf(kind, subjects)` says how held things stand, `takeBack` when one is withdrawn.
 * In tests: `onThePhone(world, personId)` of tests/support/safety.ts makes WeChat know the person.
 */
import { Types } from 'mongoose'
import type { Content, ContentKind } from '#contract/safety'
import { Refusal } from '../../http/errors.ts'
import type { Deps } from '../../infra/deps.ts'
import { openIdsOf } from '../accounts/service.ts'
import * as audit from '../audit/service.ts'
import { enqueue } from '../notify/service.ts'
import type { UnitScope } from '../org/policy.ts'
import { within } from '../org/tree/rules.ts'
import { ContentModel, type ContentRecord } from './model.ts'
import type { OwnContent } from './policy.ts'
import { piecesOf, SCENES, type Verdict, verdictOf } from './rules.ts'

export { REFUSED, type Verdict, WAITING } from './rules.ts'
export { hiddenAmong, shelve, takeBackPictures, takeInPicture, watchPictures } from './pictures/service.ts'
export { standingOfShared, watchShared } from './pictures/shared/service.ts'
export { hashOf } from './pictures/shared/rules.ts'

const PAGE = 20
/** A count above this says no more than that it is many. */
const MOST_COUNTED = 1000

export interface Said {
  personId: string
  scene: ContentKind
  texts: readonly string[]
}
type Tools = Pick<Deps, 'wechat' | 'log'>

/**
 * What WeChat says of some words. It asks only about people who were in the mini-program in the last two hours; of others, and
 * when it is busy, out of quota or away, it says nothing, and a person looks at the words instead: nobody's text is lost.
 */
export async function look({ personId, scene, texts }: Said, deps: Tools) {
  const pieces = piecesOf(texts)
  if (pieces.length === 0) return verdictOf([])
  const openId = (await openIdsOf([personId])).get(personId)
  if (!openId) return verdictOf([null])
  return verdictOf(
    await Promise.all(pieces.map((text) => asked({ openId, scene: SCENES[scene], text }, deps))),
  )
}

export const checkText = async (said: Said, deps: Tools): Promise<Verdict> => (await look(said, deps)).verdict

/** The same for those who wait for nobody: words that WeChat calls harmful are refused, all others go on. */
export async function refuseHarmful(said: Said, deps: Tools, sentence: string) {
  if ((await checkText(said, deps)) === 'refused') throw new Refusal('invalid', sentence)
}

const asked = (question: Parameters<Deps['wechat']['msgSecCheck']>[0], { wechat, log }: Tools) =>
  wechat.msgSecCheck(question).then(
    (it) => it.verdict,
    (error: unknown) => {
      log.info({ err: error }, 'text not checked')
      return null
    },
  )

/** Where its sender finds what was held, should it be sent back. */
export interface About {
  /** The letter it is below. */
  title: string
  /** A page of the mini-program. */
  page: string
}

export interface Held {
  kind: ContentKind
  /** The id of the thing in its room. */
  subject: string
  personId: string
  /** As staff know the writer: 张三妈妈. */
  who: string
  /** Of the class, or of the unit, in which it was written. */
  path: string
  texts: readonly string[]
  because: 'doubt' | 'unchecked'
  about: About
  /** People who must not look at it, whatever post they hold. */
  keptFrom?: readonly string[]
}

/** Puts a thing before a person of the school. The same thing again, with other words, is looked at again. */
export async function hold(held: Held, now: Date, { fields }: Pick<Deps, 'fields'>) {
  const { kind, subject, personId, path, because } = held
  await ContentModel.updateOne(
    { kind, subject },
    {
      personId: new Types.ObjectId(personId),
      sealedText: fields.seal(held.texts.filter(Boolean).join('\n')),
      sealedWho: fields.seal(held.who),
      ...(held.keptFrom?.length && { keptFrom: idsOfPeople(held.keptFrom) }),
      about: held.about,
      ...{ path, because, status: 'waiting', words: null, savedAt: now },
      ...{ decidedBy: null, decidedAt: null, isHeeded: true },
    },
    { upsert: true },
  )
}

const idsOfPeople = (people: readonly string[]) => people.map((it) => new Types.ObjectId(it))

/** From now on some people must not look at some things, whatever post they hold. Harmless twice. */
export const keepFrom = (people: readonly string[], kind: ContentKind, subjects: readonly string[]) =>
  ContentModel.updateMany(
    { kind, subject: { $in: [...subjects] } },
    { $addToSet: { keptFrom: { $each: idsOfPeople(people) } } },
  )

/** A thing was taken back by who wrote it: nobody has to look at it any more. Harmless twice. */
export const takeBack = (kind: ContentKind, subject: string) => ContentModel.deleteOne({ kind, subject })

export interface Standing {
  status: ContentRecord['status']
  words: string | null
}

/** How held things of one kind stand, by subject; what was never held is not among them. */
export async function standingOf(kind: ContentKind, subjects: readonly string[]) {
  if (subjects.length === 0) return new Map<string, Standing>()
  const found = await ContentModel.find(
    { kind, subject: { $in: [...subjects] } },
    { subject: 1, status: 1, words: 1 },
  ).lean<Pick<ContentRecord, 'subject' | 'status' | 'words'>[]>()
  return new Map(found.map((it) => [it.subject, { status: it.status, words: it.words ?? null }]))
}

export interface Decision {
  subject: string
  personId: string
  path: string
  isPassed: boolean
  words: string | null
  /** Tells one decision about a thing from a later one. */
  at: Date
}
type Heed = (decision: Decision, deps: Deps) => Promise<unknown>
const heeds = new Map<ContentKind, Heed>()

/** What a room does when a person has decided about one of its things. May be called twice for one decision. */
export const heed = (kind: ContentKind, handler: Heed) => void heeds.set(kind, handler)

export const findContent = (contentId: string) => ContentModel.findById(contentId).lean<ContentRecord>()

/** What waits below a unit or was decided there, the newest first. */
export async function contentsOf(
  scope: UnitScope<'reviewContents'>,
  { status, after }: { status: Content['status']; after: string | undefined },
  now: Date,
) {
  const path = within(scope.path)
  const [found, waiting] = await Promise.all([
    ContentModel.find({
      status,
      path,
      ...notKeptFrom(scope),
      ...(status === 'passed' && BY_A_PERSON),
      ...(after && { _id: { $lt: new Types.ObjectId(after) } }),
    })
      .sort({ _id: -1 })
      .limit(PAGE + 1)
      .lean<ContentRecord[]>(),
    countWaiting(scope),
  ])
  const page = found.slice(0, PAGE)
  if (page.length > 0) await audit.view('contents.listed', scope, {}, now)
  return { page, waiting, next: found.length > PAGE ? String(page.at(-1)?._id) : null }
}

/** What WeChat called harmless was once kept as passed, and is nobody’s decision. */
const BY_A_PERSON = { decidedBy: { $ne: null } }

const notKeptFrom = ({ personId }: Pick<UnitScope, 'personId'>) => ({
  keptFrom: { $ne: new Types.ObjectId(personId) },
})

/** How many things wait for this member of staff; one's own wait for a colleague. */
export const countWaiting = ({ path, personId }: Pick<UnitScope, 'path' | 'personId'>) =>
  ContentModel.countDocuments(
    {
      ...{ status: 'waiting', path: within(path), personId: { $ne: new Types.ObjectId(personId) } },
      ...notKeptFrom({ personId }),
    },
    { limit: MOST_COUNTED },
  )

/** Decides about the words that were read, once and about no others. */
export async function decide(
  { content, scope }: OwnContent,
  said: { savedAt: Date; pass: boolean; words?: string | undefined },
  deps: Deps,
) {
  if (!said.pass && !said.words) throw new Refusal('invalid', '请写一句为什么退回，写的人会看到')
  const now = deps.clock.now()
  const decided = await ContentModel.findOneAndUpdate(
    { _id: content._id, savedAt: said.savedAt, status: 'waiting' },
    {
      status: said.pass ? 'passed' : 'returned',
      words: said.pass ? null : said.words,
      decidedBy: new Types.ObjectId(scope.personId),
      decidedAt: now,
      isHeeded: false,
    },
    { returnDocument: 'after' },
  ).lean<ContentRecord>()
  if (!decided) throw new Refusal('conflict', '它刚刚改过、收回或有人看过了，请刷新后再看')
  await audit.record('content.decided', { unit: scope, detail: said.pass ? '通过' : '退回' }, now)
  await tell(decided, deps).catch((error: unknown) =>
    deps.log.error({ err: error }, 'decision not heeded yet'),
  )
}

/** Lets the room act, then notes that it has: a crash in between repeats it. */
async function tell(decided: ContentRecord, deps: Deps) {
  await heeds.get(decided.kind)?.(
    {
      subject: decided.subject,
      personId: String(decided.personId),
      path: decided.path,
      isPassed: decided.status === 'passed',
      words: decided.words ?? null,
      at: decided.decidedAt ?? decided.savedAt,
    },
    deps,
  )
  await tellSender(decided, deps.clock.now())
  await ContentModel.updateOne({ _id: decided._id, decidedAt: decided.decidedAt ?? null }, { isHeeded: true })
}

/** What was sent back is said to who sent it, with the reason and the way to it; once for each decision. */
async function tellSender(decided: ContentRecord, now: Date) {
  const { about, decidedAt, status, words } = decided
  if (status !== 'returned' || !about?.page || !decidedAt) return
  const what = decided.kind === 'picture' ? '有一张图片' : '您写的话'
  await enqueue(
    [
      {
        kind: 'contentReturned' as const,
        subject: `content-${String(decided._id)}`,
        personId: String(decided.personId),
        step: String(decidedAt.getTime()),
        values: { what, title: about.title ?? '', reason: words ?? '', note: '点开改一改，可以再发' },
        page: about.page,
        path: decided.path,
      },
    ],
    now,
  )
}

/** Decisions on which a room could not act at once. */
export async function tellAgain(deps: Deps) {
  const open = await ContentModel.find({ isHeeded: false })
    .sort({ _id: 1 })
    .limit(100)
    .lean<ContentRecord[]>()
  for (const it of open) {
    await tell(it, deps).catch((error: unknown) =>
      deps.log.error({ err: error, contentId: String(it._id) }, 'decision not heeded'),
    )
  }
}
