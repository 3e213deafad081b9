import { Types } from 'mongoose'
import { type PrivacyText, readPrivacyTexts } from '../../../../content/schema.ts'
import type { GuardianActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { noteConsent } from '../../accounts/consents/service.ts'
import * as audit from '../../audit/service.ts'
import { childrenOf } from '../../org/families/service.ts'
import { ConsentModel } from './model.ts'

let texts: PrivacyText[] | undefined

/** The privacy text in force on a day (Asia/Shanghai). */
export function textOn(today: string): PrivacyText {
  texts ??= readPrivacyTexts()
  const current = texts.filter((it) => it.effectiveOn <= today).at(-1) ?? texts[0]
  if (!current) throw new Error('content/privacy holds no text')
  return current
}

/** What the phone has to know: whether to ask, and whether children are hidden. */
export function standingOf(consent: GuardianActor['consent'], today: string) {
  const { version } = textOn(today)
  return {
    isAsked: !consent || (consent.isGiven && consent.version < version),
    isWithdrawn: consent?.isGiven === false,
    ...(!consent && { isFirst: true }),
  }
}

/** Takes down an answer, once for each change of mind; sent twice it is one. */
export async function answer(actor: GuardianActor, version: number, isGiven: boolean, now: Date) {
  if (version !== textOn(shanghaiDay(now)).version) {
    throw new Refusal('conflict', '隐私保护说明刚刚更新了，请重新看一看')
  }
  const { consent, personId } = actor
  if (consent?.isGiven === isGiven && consent.version === version) return
  const studentIds = (await childrenOf(personId)).map((it) => it.studentId)
  await ConsentModel.db.transaction(async () => {
    await ConsentModel.create([
      {
        personId: new Types.ObjectId(personId),
        version,
        isGiven,
        at: now,
        studentIds: studentIds.map((it) => new Types.ObjectId(it)),
      },
    ])
    await noteConsent(personId, { version, isGiven, at: now })
    const act = isGiven ? ('consent.given' as const) : ('consent.withdrawn' as const)
    await audit.record(act, { personId, detail: `第${version}版` }, now)
  })
}

/** Every answer of a person, the newest first. */
export const answersOf = (personId: string) =>
  ConsentModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ at: -1 })
    .limit(100)
    .lean<{ version: number; isGiven: boolean; at: Date }[]>()
