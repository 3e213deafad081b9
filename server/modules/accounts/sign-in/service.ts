import { hash, verify } from '@node-rs/argon2'
import { generateSecret, generateURI, verifySync } from 'otplib'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { findByLoginName } from '../service.ts'
import { ADDRESS_GUESSES, GUESSES, isKnownDevice } from './rules.ts'

/** argon2id with 19 MiB and two passes, as OWASP recommends. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string) => hash(password, ARGON2)

/** Checked when the account does not exist, so that the answer takes as long. */
const NOBODY = hashPassword('nobody')

export interface Claim {
  loginName: string
  password: string
  totp?: string | undefined
  deviceToken?: string | undefined
  ip: string
}

/** The person these credentials belong to. Wrong guesses are counted; without Redis nobody is let in. */
export async function personFor(claim: Claim, deps: Pick<Deps, 'redis' | 'env' | 'clock' | 'fields'>) {
  const person = await findByLoginName(claim.loginName)
  const known = person && isKnownDevice(String(person._id), claim.deviceToken, deps.env.INDEX_KEY)
  const account = `${claim.loginName}:${known ? 'known' : 'strangers'}`
  await count(limiter(deps, 'address', ADDRESS_GUESSES), claim.ip)
  const guesses = limiter(deps, 'account', GUESSES)
  await count(guesses, account)

  const right = await verify(person?.passwordHash ?? (await NOBODY), claim.password)
  if (!person?.passwordHash || !right) throw new Refusal('unauthenticated', '账号或密码不对')
  await checkTotp(person, claim.totp, deps)
  await guesses.delete(account).catch(() => null)
  return person
}

function limiter(
  { redis }: Pick<Deps, 'redis'>,
  name: string,
  { points, seconds }: { points: number; seconds: number },
) {
  return new RateLimiterRedis({ storeClient: redis, keyPrefix: `sign-in:${name}`, points, duration: seconds })
}

async function count(limit: RateLimiterRedis, key: string) {
  try {
    await limit.consume(key)
  } catch (error) {
    if (error instanceof RateLimiterRes) {
      const seconds = Math.ceil(error.msBeforeNext / 1000)
      throw new Refusal('too_many', `试的次数太多了，请${Math.ceil(seconds / 60)}分钟后再试`, seconds)
    }
    throw new Refusal('unavailable', '登录暂时不可用，请稍后再试', 3)
  }
}

async function checkTotp(
  person: PersonRecord,
  totp: string | undefined,
  deps: Pick<Deps, 'fields' | 'clock'>,
) {
  if (!person.totp?.confirmedAt) return
  if (!totp) throw new Refusal('totp_needed', '请输入动态验证码')
  await useTotp(person, totp, deps)
}

/** Accepts six digits once: the step is written only if it is later than the last one used. */
async function useTotp(
  person: PersonRecord,
  token: string,
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
  /** Who is signed in already and mistypes must not be told that the session is over. */
  refusal: 'unauthenticated' | 'invalid' = 'unauthenticated',
) {
  const now = Math.floor(clock.now().getTime() / 1000)
  const secret = person.totp ? fields.open(person.totp.secret) : ''
  const result = verifySync({ secret, token, epoch: now, epochTolerance: 30 })
  const step = Math.floor(now / 30) + ('delta' in result ? result.delta : 0)
  if (!result.valid) throw new Refusal(refusal, '动态验证码不对，请看最新的6位数字')
  const { matchedCount } = await PersonModel.updateOne(
    { _id: person._id, 'totp.lastStep': { $lt: step } },
    { 'totp.lastStep': step, 'totp.confirmedAt': person.totp?.confirmedAt ?? clock.now() },
  )
  if (matchedCount === 0) throw new Refusal(refusal, '这个动态验证码已经用过，请等下一个')
}

/** A new secret, not in force until six digits from it come back. */
export async function beginTotp(person: PersonRecord, { fields }: Pick<Deps, 'fields'>) {
  const secret = generateSecret()
  const { matchedCount } = await PersonModel.updateOne(
    { _id: person._id, 'totp.confirmedAt': null },
    { totp: { secret: fields.seal(secret), confirmedAt: null, lastStep: 0 } },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '动态验证码已经启用')
  return { secret, uri: generateURI({ issuer: '家长学校', label: person.loginName ?? person.name, secret }) }
}

export async function confirmTotp(person: PersonRecord, token: string, deps: Pick<Deps, 'fields' | 'clock'>) {
  if (!person.totp || person.totp.confirmedAt) throw new Refusal('conflict', '请先扫码，再输入验证码')
  await useTotp(person, token, deps, 'invalid')
}

export async function removeTotp(person: PersonRecord, password: string) {
  await checkPassword(person, password)
  await PersonModel.updateOne({ _id: person._id }, { totp: null })
}

export async function changePassword(person: PersonRecord, password: string, newPassword: string) {
  await checkPassword(person, password)
  await PersonModel.updateOne(
    { _id: person._id, passwordHash: person.passwordHash },
    { passwordHash: await hashPassword(newPassword) },
  )
}

async function checkPassword(person: PersonRecord, password: string) {
  if (!person.passwordHash || !(await verify(person.passwordHash, password))) {
    throw new Refusal('invalid', '原密码不对')
  }
}
