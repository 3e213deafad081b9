import { hash, verify } from '@node-rs/argon2'
import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import { count, forgive } from '../guesses/service.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { findByLoginName, widestUnit } from '../service.ts'
import { checkTotp } from '../totp/service.ts'
import { isKnownDevice } from './rules.ts'

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

/**
 * The person these credentials belong to. Wrong guesses are counted; without Redis nobody is let in. A device that has signed in to this
 * account counts for itself: neither strangers nor a guesser behind the same school's address keep its owner out (S8).
 */
export async function personFor(claim: Claim, deps: Pick<Deps, 'redis' | 'env' | 'clock' | 'fields'>) {
  const person = await findByLoginName(claim.loginName)
  const known = person && isKnownDevice(String(person._id), claim.deviceToken, deps.env.INDEX_KEY)
  const account = `${claim.loginName}:${known ? 'known' : 'strangers'}`
  if (!known) await count('address', claim.ip, deps)
  await count('account', account, deps)
  try {
    const right = await verify(person?.passwordHash ?? (await NOBODY), claim.password)
    if (!person?.passwordHash || !right) throw new Refusal('unauthenticated', '账号或密码不对')
    await checkTotp(person, claim.totp, deps)
    await forgive('account', account, deps)
    return person
  } catch (error) {
    await noteRefusal(person, error, deps)
    throw error
  }
}

/** What was refused is in the log of the unit whose account it was; asking for the six digits is no refusal. */
async function noteRefusal(person: PersonRecord | null, error: unknown, { clock }: Pick<Deps, 'clock'>) {
  if (!(error instanceof Refusal) || error.code === 'totp_needed') return
  const now = clock.now()
  await audit.record(
    'signIn.refused',
    {
      detail: `控制台：${error.message}`,
      ...(person && { personId: String(person._id), unit: widestUnit(person, now) }),
    },
    now,
  )
}

/** Somebody who is signed in says the password again; guesses count as they do at the door. */
export async function checkPassword(person: PersonRecord, password: string, deps: Pick<Deps, 'redis'>) {
  const key = `${String(person._id)}:signed-in`
  await count('account', key, deps)
  if (!person.passwordHash || !(await verify(person.passwordHash, password))) {
    throw new Refusal('invalid', '密码不对')
  }
  await forgive('account', key, deps)
}

export async function changePassword(
  person: PersonRecord,
  password: string,
  newPassword: string,
  deps: Pick<Deps, 'redis' | 'clock'>,
) {
  await checkPassword(person, password, deps)
  await replacePassword(person, newPassword, deps)
}

/** Instead of the first password, which somebody else has read, for who has just signed in with it. */
export const setOwnPassword = (person: PersonRecord, newPassword: string, deps: Pick<Deps, 'clock'>) =>
  replacePassword(person, newPassword, deps)

async function replacePassword(person: PersonRecord, newPassword: string, { clock }: Pick<Deps, 'clock'>) {
  if (person.passwordHash && (await verify(person.passwordHash, newPassword))) {
    throw new Refusal('invalid', '新密码不能和现在的一样，请换一个')
  }
  const passwordHash = await hashPassword(newPassword)
  await PersonModel.db.transaction(async () => {
    const { matchedCount } = await PersonModel.updateOne(
      { _id: person._id, passwordHash: person.passwordHash },
      { passwordHash, hasFirstPassword: false, 'sessions.$[].mustChangePassword': false },
    )
    if (matchedCount === 0) throw new Refusal('conflict', '密码刚刚改过了，请重新登录')
    await audit.record('password.changed', { personId: String(person._id) }, clock.now())
  })
}
