import { Types } from 'mongoose'
import { generateSecret, generateURI, verifySync } from 'otplib'
import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import { ranksAtLeast } from '../../org/rules.ts'
import { idsOf, within } from '../../org/tree/rules.ts'
import { PersonModel, type PersonRecord } from '../model.ts'
import { postsNow } from '../service.ts'
import { TotpRuleModel, type TotpRuleRecord } from './model.ts'
import type { SignInScope } from './policy.ts'

export async function checkTotp(
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

/** From here on the six digits are asked for, and sessions that waited for them are open. */
export async function confirmTotp(person: PersonRecord, token: string, deps: Pick<Deps, 'fields' | 'clock'>) {
  if (!person.totp || person.totp.confirmedAt) throw new Refusal('conflict', '请先扫码，再输入验证码')
  await useTotp(person, token, deps, 'invalid')
  await PersonModel.updateOne({ _id: person._id }, { 'sessions.$[].mustSetUpTotp': false })
  await audit.record('totp.on', { personId: String(person._id) }, deps.clock.now())
}

/** Takes the six digits away, for who has just said the password. */
export async function removeTotp(person: PersonRecord, now: Date) {
  if (await ruleFor(person, now)) {
    throw new Refusal('forbidden', '您的单位规定登录要用动态验证码，不能停用')
  }
  await PersonModel.updateOne({ _id: person._id }, { totp: null })
  await audit.record('totp.off', { personId: String(person._id) }, now)
}

/** The rule of the widest unit that this person's posts fall under, or null. */
async function ruleFor(person: Pick<PersonRecord, 'posts'>, now: Date) {
  const [rule] = await rulesOnPaths(postsNow(person, now).map((it) => it.path))
  return rule ?? null
}

/** Whether the console has to ask this person to set up the six digits before anything else. */
export const mustSetUp = async (person: PersonRecord, now: Date) =>
  !person.totp?.confirmedAt && (await ruleFor(person, now)) !== null

async function rulesOnPaths(paths: string[]) {
  const unitIds = [...new Set(paths.flatMap(idsOf))].map((it) => new Types.ObjectId(it))
  if (unitIds.length === 0) return []
  const rules = await TotpRuleModel.find({ unitId: { $in: unitIds } }).lean<TotpRuleRecord[]>()
  return rules.sort((a, b) => a.path.length - b.path.length)
}

/** What holds at a unit, and whom it still has to reach. */
export async function rulesAt({ scope, by }: SignInScope, now: Date) {
  const rules = await rulesOnPaths([scope.path])
  const own = rules.find((it) => String(it.unitId) === scope.unitId)
  const here = { loginName: { $type: 'string' as const }, posts: { $elemMatch: heldBelow(scope.path, now) } }
  const [accounts, accountsWithoutTotp] = await Promise.all([
    PersonModel.countDocuments(here),
    PersonModel.countDocuments({ ...here, 'totp.confirmedAt': null }),
  ])
  return {
    rule: rules[0] ?? null,
    accounts,
    accountsWithoutTotp,
    // A rule from above holds anyway; one of one's own may still be wanted for the day it goes.
    abilities: { switchOn: !own, switchOff: own !== undefined && ranksAtLeast(by, own.post) },
  }
}

const heldBelow = (path: string, now: Date) => ({
  path: within(path),
  from: { $lte: now },
  $or: [{ to: null }, { to: { $gt: now } }],
})

/** Requires six digits here and below. Those without any are led to them at their next sign-in. */
export async function require({ scope, by }: SignInScope, now: Date) {
  await TotpRuleModel.db.transaction(async () => {
    const { upsertedCount } = await TotpRuleModel.updateOne(
      { unitId: new Types.ObjectId(scope.unitId) },
      { $setOnInsert: { path: scope.path, post: by, setBy: new Types.ObjectId(scope.personId), since: now } },
      { upsert: true },
    )
    if (upsertedCount > 0) await audit.record('totp.required', { unit: scope }, now)
  })
}

/** Lifts the rule of this unit, by the rank that made it or one above. */
export async function release({ scope, by }: SignInScope, now: Date) {
  const rule = await TotpRuleModel.findOne({ unitId: scope.unitId }).lean<TotpRuleRecord>()
  if (!rule) return
  if (!ranksAtLeast(by, rule.post)) throw new Refusal('forbidden', '这是上级定的规定，要由上级取消')
  await TotpRuleModel.db.transaction(async () => {
    const { deletedCount } = await TotpRuleModel.deleteOne({ _id: rule._id })
    if (deletedCount > 0) await audit.record('totp.released', { unit: scope }, now)
  })
}
