import type { GuardianActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { PersonModel } from '../model.ts'

/** The last answer to the privacy text, where every request finds it with the person. */
export const noteConsent = (personId: string, consent: NonNullable<GuardianActor['consent']>) =>
  PersonModel.updateOne({ _id: personId }, { consent })

/** The guardian behind a signed link, with what they say of the privacy text at this moment. */
export async function guardianActor(personId: string): Promise<GuardianActor> {
  const person = await PersonModel.findById(personId, { name: 1, consent: 1 }).lean()
  if (!person) throw new Refusal('forbidden', '请重新登录后再打开')
  const consent = person.consent ?? null
  return { role: 'guardian', personId, sessionId: '', name: person.name, loginName: null, consent }
}
