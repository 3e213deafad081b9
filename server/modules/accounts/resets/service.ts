import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import { count } from '../guesses/service.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import type { PersonBelow } from '../posts/policy.ts'
import { hashSecret, mintToken, readToken } from '../rules.ts'
import { hashPassword } from '../sign-in/service.ts'
import { widestUnit } from '../service.ts'

/** A day to hand the link over; a longer one lies about in a chat for weeks. */
const LINK_MS = 24 * 3_600_000

const gone = () => new Refusal('not_found', '这个链接已经用过或过期了，请找上级再要一个')

/** The old password ends, every device is signed out, and one link, shown once, lets the person set a new one. */
export async function resetPassword(
  { person, unit }: PersonBelow,
  { clock, env }: Pick<Deps, 'clock' | 'env'>,
) {
  if (!person.loginName) throw new Refusal('conflict', '这位老师还没有控制台账号')
  return PersonModel.db.transaction(async () => {
    const opened = await openLink(person, { clock, env })
    await audit.record('password.reset', { unit, personId: String(person._id) }, clock.now())
    return opened
  })
}

/** The link by itself, for whoever has the server in their hands: there is nobody above a city's administrator. */
export async function openLink(
  person: Pick<PersonRecord, '_id'>,
  { clock, env }: Pick<Deps, 'clock' | 'env'>,
) {
  const { token, hash } = mintToken(String(person._id))
  const expiresAt = new Date(clock.now().getTime() + LINK_MS)
  await PersonModel.updateOne(
    { _id: person._id },
    { passwordHash: null, passwordLink: { hash, expiresAt }, sessions: [] },
  )
  // Behind the `#`, a link's secret reaches neither a server's log nor the next site.
  return { link: `${env.ORIGIN}/admin/new-password#${token}`, expiresAt: expiresAt.toISOString() }
}

/** A lost authenticator: the six digits are no longer asked for, until the person sets up new ones. */
export async function resetTotp({ person, unit }: PersonBelow, { clock }: Pick<Deps, 'clock'>) {
  if (!person.totp?.confirmedAt) throw new Refusal('conflict', '这位老师没有启用动态验证码')
  await PersonModel.db.transaction(async () => {
    await PersonModel.updateOne({ _id: person._id }, { totp: null, sessions: [] })
    await audit.record('totp.reset', { unit, personId: String(person._id) }, clock.now())
  })
}

/** Whose link this is, while it is good. */
export async function readLink(link: string, ip: string, deps: Pick<Deps, 'clock' | 'redis'>) {
  await count('address', ip, deps)
  const token = readToken(link)
  const person = token && (await PersonModel.findOne(stillGood(token, deps.clock.now())).lean<PersonRecord>())
  if (!person?.loginName || !person.passwordLink) throw gone()
  return { person, loginName: person.loginName, expiresAt: person.passwordLink.expiresAt }
}

/** The new password, once. Of two at the same moment one is told that the link is used up. */
export async function setPassword(
  link: string,
  newPassword: string,
  ip: string,
  deps: Pick<Deps, 'clock' | 'redis'>,
) {
  const { person, loginName } = await readLink(link, ip, deps)
  const token = readToken(link)
  if (!token) throw gone()
  const passwordHash = await hashPassword(newPassword)
  const now = deps.clock.now()
  await PersonModel.db.transaction(async () => {
    const { matchedCount } = await PersonModel.updateOne(stillGood(token, now), {
      passwordHash,
      hasFirstPassword: false,
      passwordLink: null,
      sessions: [],
    })
    if (matchedCount === 0) throw gone()
    const personId = String(person._id)
    const actor = { personId, role: 'staff' as const }
    await audit.record('password.set', { actor, personId, unit: widestUnit(person, now) }, now)
  })
  return { loginName }
}

const stillGood = ({ personId, secret }: { personId: string; secret: string }, now: Date) => ({
  _id: personId,
  'passwordLink.hash': hashSecret(secret),
  'passwordLink.expiresAt': { $gt: now },
})
