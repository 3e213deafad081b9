import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Redis } from 'ioredis'
import type { Types } from 'mongoose'
import type { CheckedCopy, CopyStanding } from '#contract/letter-receipts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { isHidden, letterWithin } from '../policy.ts'
import { hashText } from '../rules.ts'
import {
  type Drawn,
  SignatureModel,
  type SignatureRecord,
  VoidedSignatureModel,
} from '../signatures/model.ts'
import { standingOfPhotos } from '../signatures/photos/service.ts'
import { drawnOf } from '../signatures/service.ts'

const A_MINUTE = { points: 30, duration: 60 }
const limiters = new WeakMap<Redis, RateLimiterRedis>()

/** Checks of strangers are counted against their address; without Redis in this process's memory. */
export async function countCheck(ip: string, redis: Redis) {
  const limiter =
    limiters.get(redis) ??
    new RateLimiterRedis({
      ...A_MINUTE,
      storeClient: redis,
      keyPrefix: 'copy-check',
      insuranceLimiter: new RateLimiterMemory(A_MINUTE),
    })
  limiters.set(redis, limiter)
  await limiter.consume(ip).catch((error: unknown) => {
    if (!(error instanceof RateLimiterRes)) throw error
    throw new Refusal('too_many', '查验得太快了，请一分钟后再试', 60)
  })
}

type Found = SignatureRecord & { voidedAt?: Date }

async function findCopy(sha256: string): Promise<Found | null> {
  const kept = await SignatureModel.findOne({ copySha256: sha256 }).lean<Found>()
  return kept ?? (await VoidedSignatureModel.findOne({ copySha256: sha256 }).lean<Found>())
}

/** Whether the bytes with this hash are a copy that was kept, and are still there as they were put; and what became of it since. */
export async function checkCopy(
  sha256: string,
  { files }: Pick<Deps, 'files'>,
): Promise<{ isKept: boolean; standing?: CopyStanding }> {
  const found = await findCopy(sha256)
  const isThere = await files.get(sha256).then(
    () => true,
    () => false,
  )
  if (!found || !isThere) return { isKept: false }
  const letter = await LetterModel.findById(found.letterId, { status: 1, supersededBy: 1 }).lean<Gone>()
  return { isKept: true, standing: standingOf(found, letter) }
}

type Gone = Pick<LetterRecord, 'status' | 'supersededBy'>

/** Who holds a true copy in hand is told as well that it counts no more, or that the letter has gone on without it. */
function standingOf({ voidedAt }: Found, letter: Gone | null): CopyStanding {
  if (voidedAt) return 'voided'
  if (letter?.status === 'withdrawn') return 'withdrawn'
  return letter?.supersededBy ? 'corrected' : 'stands'
}

/** The same with what the school knows of it. Outside one's posts a copy is only the same or not. */
export async function readCopy(
  actor: StaffActor,
  sha256: string,
  deps: Pick<Deps, 'files' | 'fields'>,
): Promise<CheckedCopy | null> {
  const found = await findCopy(sha256)
  const letter = found && (await LetterModel.findById(found.letterId).lean<LetterRecord>())
  if (!found || !letter || isHidden(actor, letter)) return null
  const classId = String(found.classId)
  const [asUnit, asFamily] = await Promise.all([
    isWithinReach(actor, letter, classId, 'seeFigures'),
    isWithinReach(actor, letter, classId, 'seeFamilies'),
  ])
  if (!asUnit) return null
  const drawn = openedFrom(found, deps)
  const photos = drawn && (await standingOfPhotos(drawn, deps))
  return {
    title: letter.title,
    unitName: letter.unitName,
    version: found.version,
    signedAt: found.signedAt.toISOString(),
    by: asFamily ? `${found.childName}${found.relation}` : null,
    childName: asFamily ? found.childName : null,
    className: asFamily ? `${found.schoolName}${found.className}` : null,
    isVoided: found.voidedAt !== undefined,
    standing: standingOf(found, letter),
    isTextIntact: isTextIntact(found, letter),
    ...(photos && { photos }),
  }
}

const isWithinReach = (
  actor: StaffActor,
  letter: LetterRecord,
  classId: string,
  action: 'seeFigures' | 'seeFamilies',
) =>
  letterWithin(actor, String(letter._id), classId, action).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false
      throw error
    },
  )

/** Whether a letter still says what was signed: its text is hashed anew. */
export const isTextIntact = ({ textHash }: Pick<SignatureRecord, 'textHash'>, letter: LetterRecord) =>
  hashText(letter) === textHash

export interface Broken {
  signatureId: string
  title: string
  because: string
}

const BATCH = 200

/**
 * Looks at every signed copy, or at some of them, in the order they were signed: the letter still says what was signed, the
 * handwriting opens, the photos of the answers are those that were signed, and the bytes are there and are what their name says. Stops at the first that is not so.
 */
export async function checkCopies(
  deps: Pick<Deps, 'files' | 'fields'>,
  { after, most = Infinity }: { after?: Types.ObjectId; most?: number } = {},
): Promise<{ checked: number; broken: Broken | null }> {
  let checked = 0
  let last = after
  const letters = new Map<string, LetterRecord | null>()
  while (checked < most) {
    const found: Found[] = await SignatureModel.find(last ? { _id: { $gt: last } } : {})
      .sort({ _id: 1 })
      .limit(Math.min(BATCH, most - checked))
      .lean<Found[]>()
    if (found.length === 0) break
    for (const signature of found) {
      const letter = await letterOf(signature.letterId, letters)
      const because = await whyBroken(signature, letter, deps)
      if (because) {
        const broken = { signatureId: String(signature._id), title: letter?.title ?? '', because }
        return { checked, broken }
      }
      checked++
      last = signature._id
    }
  }
  return { checked, broken: null }
}

/** Signatures come letter by letter: a few letters at hand are enough. */
async function letterOf(id: Types.ObjectId, known: Map<string, LetterRecord | null>) {
  const key = String(id)
  if (!known.has(key)) {
    if (known.size > 50) known.clear()
    known.set(key, await LetterModel.findById(id).lean<LetterRecord>())
  }
  return known.get(key) ?? null
}

async function whyBroken(
  signature: SignatureRecord,
  letter: LetterRecord | null,
  deps: Pick<Deps, 'files' | 'fields'>,
) {
  if (!letter) return '签的那封信不在了'
  if (!isTextIntact(signature, letter)) return '信的内容和签字时不一样'
  const drawn = openedFrom(signature, deps)
  if (!drawn) return '笔迹打不开'
  if ((await standingOfPhotos(drawn, deps)) === 'altered') return '家长填写时拍的照片被改动过'
  if (!signature.copySha256) return null // not kept yet: the worker does it within seconds
  return deps.files.get(signature.copySha256).then(
    () => null,
    (error: { code?: string }) => (error.code === 'ENOENT' ? '签收单文件不在了' : '签收单文件被改动过'),
  )
}

/** What was drawn and answered; null where it does not open. */
function openedFrom(signature: SignatureRecord, deps: Pick<Deps, 'fields'>): Drawn | null {
  try {
    return drawnOf(signature, deps)
  } catch {
    return null
  }
}
