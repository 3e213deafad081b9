import type { GuardianActor } from '../../../http/actor.ts'
import { PersonModel } from '../model.ts'

/** The last answer to the privacy text, where every request finds it with the person. */
export const noteConsent = (personId: string, consent: NonNullable<GuardianActor['consent']>) =>
  PersonModel.updateOne({ _id: personId }, { consent })
