import { Types } from 'mongoose'
import { signLink } from '../../../http/links.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { openIdsOf } from '../../accounts/service.ts'
import { ContentModel, type ContentRecord } from '../model.ts'
import type { About } from '../service.ts'
import {
  LINK_MINUTES,
  placeOf,
  SHARED,
  SILENT_MS,
  type Shelf,
  subjectOf,
  WORD_SECONDS,
  wordKey,
} from './rules.ts'
import { hashOf } from './shared/rules.ts'
import { rememberWord } from './words/service.ts'

type Tools = Pick<Deps, 'wechat' | 'log' | 'fields' | 'clock' | 'env' | 'redis'>
type BytesOf = (id: string, deps: Deps) => Promise<Buffer>

const shelves = new Map<string, BytesOf>()

/** Where the bytes of a room's pictures lie. */
export const shelve = (shelf: Shelf, bytesOf: BytesOf) => void shelves.set(shelf, bytesOf)

export interface Shown {
  shelf: Shelf
  ids: readonly string[]
  personId: string
  /** As staff know who sent it: 张三妈妈. */
  who: string
  path: string
  /** Where WeChat cannot be asked somebody of the school looks; else what a post sends is trusted (decision 0020). */
  isAlwaysSeen: boolean
  about: About
  /** WeChat has doubted these very bytes before: they are hidden at once, and a person looks. */
  isDoubted?: boolean
  /** People who must not look at them, whatever post they hold. */
  keptFrom?: readonly string[]
}

/**
 * Others begin to see these pictures, and WeChat is asked about each. What it calls harmless is forgotten here; what it doubts is
 * hidden and waits for a person. Where it cannot be asked a person looks, and the picture is shown meanwhile. Asked again, nothing
 * changes; what goes wrong here never stops what was written.
 */
export async function watchPictures(shown: Shown, deps: Tools) {
  if (shown.ids.length === 0) return
  const openId = (await openIdsOf([shown.personId])).get(shown.personId) ?? null
  if (!openId && !shown.isAlwaysSeen && !shown.isDoubted) return
  await Promise.all(
    shown.ids.map((id) =>
      watch(shown, id, openId, deps).catch((error: unknown) =>
        deps.log.error({ err: error }, 'picture not watched'),
      ),
    ),
  )
}

async function watch(shown: Shown, id: string, openId: string | null, deps: Tools) {
  const now = deps.clock.now()
  const { upsertedId: contentId } = await ContentModel.updateOne(
    { kind: 'picture', subject: subjectOf(shown.shelf, id) },
    {
      $setOnInsert: {
        personId: new Types.ObjectId(shown.personId),
        sealedWho: deps.fields.seal(shown.who),
        ...(shown.keptFrom?.length && { keptFrom: shown.keptFrom.map((it) => new Types.ObjectId(it)) }),
        about: shown.about,
        ...(shown.isDoubted
          ? { because: 'doubt', status: 'waiting' }
          : { because: 'picture', status: 'asked' }),
        ...{ path: shown.path, savedAt: now },
      },
    },
    { upsert: true },
  )
  if (!contentId || shown.isDoubted) return
  const traceId = openId && (await ask(openId, String(contentId), shown.personId, deps))
  if (!traceId) return unasked(contentId, shown)
  await ContentModel.updateOne({ _id: contentId }, { traceId })
  const word = await deps.redis.get(wordKey(traceId))
  if (word) await heedWord(traceId, word, now)
}

function ask(openId: string, contentId: string, personId: string, { wechat, log, clock, env }: Tools) {
  const link = signLink(`/content-pictures/${contentId}?as=check`, personId, clock.now(), env, LINK_MINUTES)
  return wechat
    .mediaCheckAsync({ openId, scene: 'social', url: `${env.ORIGIN}/api${link}` })
    .catch((error: unknown) => {
      log.info({ err: error }, 'picture not checked')
      return null
    })
}

async function unasked(_id: Types.ObjectId, { isAlwaysSeen }: Shown) {
  if (!isAlwaysSeen) await ContentModel.deleteOne({ _id })
  else await ContentModel.updateOne({ _id, status: 'asked' }, { status: 'waiting', because: 'unchecked' })
}

/** Takes in WeChat's word on a picture. The same word twice changes nothing more. */
export async function takeInPicture(
  { traceId, verdict }: { traceId: string; verdict: string },
  { redis, clock }: Pick<Deps, 'redis' | 'clock'>,
) {
  if (!traceId) return
  await redis.set(wordKey(traceId), verdict, 'EX', WORD_SECONDS)
  await heedWord(traceId, verdict, clock.now())
}

async function heedWord(traceId: string, verdict: string, now: Date) {
  const open = { traceId, status: { $in: ['asked' as const, 'waiting' as const] } }
  const asked =
    verdict === 'pass'
      ? await ContentModel.findOneAndDelete(open).lean<ContentRecord>()
      : await ContentModel.findOneAndUpdate(open, {
          status: 'waiting',
          because: 'doubt',
        }).lean<ContentRecord>()
  const place = asked && placeOf(asked.subject)
  // The pictures of letters come again and again: WeChat is asked once for all of them.
  if (place?.shelf === SHARED) await rememberWord(hashOf(place.id), verdict, now)
}

/** WeChat says nothing of some pictures: a person looks at them. */
export const stopAsking = (now: Date) =>
  ContentModel.updateMany(
    { status: 'asked', savedAt: { $lt: new Date(now.getTime() - SILENT_MS) } },
    { status: 'waiting', because: 'unchecked' },
  )

/** Those of some pictures that only who sent them may see; with the words of who sent them back, or null while they wait. */
export async function hiddenAmong(
  shelf: Shelf,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map()
  const found = await ContentModel.find(
    {
      kind: 'picture',
      subject: { $in: ids.map((id) => subjectOf(shelf, id)) },
      $or: [{ status: 'returned' }, { status: 'waiting', because: 'doubt' }],
    },
    { subject: 1, words: 1 },
  ).lean<Pick<ContentRecord, 'subject' | 'words'>[]>()
  return new Map(found.map((it) => [placeOf(it.subject).id, it.words ?? null]))
}

/** Some pictures are gone: nobody has to look at them any more. Harmless twice. */
export async function takeBackPictures(shelf: Shelf, ids: readonly string[]) {
  if (ids.length === 0) return
  await ContentModel.deleteMany({ kind: 'picture', subject: { $in: ids.map((id) => subjectOf(shelf, id)) } })
}

export async function bytesOf({ kind, subject }: Pick<ContentRecord, 'kind' | 'subject'>, deps: Deps) {
  const { shelf, id } = placeOf(subject)
  const open = kind === 'picture' ? shelves.get(shelf) : undefined
  const bytes = await open?.(id, deps).catch((error: unknown) => {
    deps.log.info({ err: error }, 'picture not there')
  })
  if (!bytes) throw new Refusal('not_found', '这张图片已经不在了，请刷新后再看')
  return bytes
}
