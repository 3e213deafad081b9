import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../../../http/errors.ts'
import { signLink } from '../../../http/links.ts'
import type { Deps } from '../../../infra/deps.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { sameName } from '../rules.ts'
import { findByNumber } from '../service.ts'

/**
 * `check`: a school office checks a pile of papers; nobody reads a hundred numbers in a minute by hand. `name`: wrong names for one
 * number, from wherever they come, so that nobody finds a holder by trying surnames.
 */
const LIMITS = {
  check: { points: 60, duration: 60 },
  name: { points: 10, duration: 3600 },
} as const
type Limit = keyof typeof LIMITS

const SAID: Record<Limit, string> = {
  check: '查验得太频繁了，请一分钟后再试',
  name: '这个编号填错姓名的次数太多了，请一小时后再试',
}

const opened = new WeakMap<Redis, Record<Limit, RateLimiterRedis>>()

/** Counts a check against an address. Without Redis the count goes on in this process's memory: checking stays possible. */
export const countCheck = (ip: string, redis: Redis) => count('check', ip, redis)

async function count(limit: Limit, key: string, redis: Redis) {
  await limitsOf(redis)[limit].consume(key).catch(tellLimit(limit))
}

const tellLimit = (limit: Limit) => (error: unknown) => {
  if (!(error instanceof RateLimiterRes)) throw error
  throw new Refusal('too_many', SAID[limit], Math.ceil(error.msBeforeNext / 1000))
}

function limitsOf(redis: Redis) {
  const found = opened.get(redis)
  if (found) return found
  const open = (keyPrefix: string, limit: Limit) =>
    new RateLimiterRedis({
      ...LIMITS[limit],
      storeClient: redis,
      keyPrefix,
      insuranceLimiter: new RateLimiterMemory({ ...LIMITS[limit], keyPrefix }),
    })
  const limits = { check: open('verify', 'check'), name: open('verify-name', 'name') }
  opened.set(redis, limits)
  return limits
}

/**
 * The certificate with this number, if it is this person's. A wrong name is told like a wrong number, and wrong names are counted
 * for the number; the right one is not.
 */
export async function findForHolder(typed: string, holder: string, ip: string, redis: Redis) {
  await countCheck(ip, redis)
  const found = await findByNumber(typed)
  if (!found) throw new Refusal('not_found', '没有查到编号和姓名都对得上的绿证，请检查后再试')
  const limiter = limitsOf(redis).name
  const tries = await limiter.get(found.number).catch(() => null)
  if ((tries?.consumedPoints ?? 0) >= LIMITS.name.points) {
    throw new Refusal('too_many', SAID.name, Math.ceil((tries?.msBeforeNext ?? 0) / 1000))
  }
  if (sameName(holder, found.holder)) return found
  await count('name', found.number, redis)
  throw new Refusal('not_found', '没有查到编号和姓名都对得上的绿证，请检查后再试')
}

/** The certificate of which these bytes are a copy as it was issued; null for anything else, also for one character changed. */
export async function findOriginal(sha256: string) {
  return (
    (await CertificateModel.findOne({ pdf: sha256 }).lean<CertificateRecord>()) ??
    (await CertificateModel.findOne({ picture: sha256 }).lean<CertificateRecord>())
  )
}

const NOBODY = '0'.repeat(24)

/** A link to the credential of a certificate for somebody who is not signed in. */
export const badgeLink = (
  it: { _id: unknown; status: string },
  { clock, env }: Pick<Deps, 'clock' | 'env'>,
  personId = NOBODY,
) =>
  it.status === 'valid' ? signLink(`/certificates/${String(it._id)}/badge`, personId, clock.now(), env) : null
