import type { GuardianActor, StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import type { UnitScope } from '../org/policy.ts'
import type { Action } from '../org/rules.ts'
import { unitScope } from '../org/policy.ts'

declare const proven: unique symbol

/** A guardian asking for their own certificates. */
export type CertificateHolder = Readonly<{ personId: string }> & { readonly [proven]: 'CertificateHolder' }

export const holder = (actor: GuardianActor) => ({ personId: actor.personId }) as unknown as CertificateHolder

/** The class a certificate was issued in, if these posts may do this there; otherwise the certificate does not exist. */
export async function classOf<A extends Action>(
  actor: StaffActor,
  certificate: { classId: unknown } | null,
  action: A,
): Promise<UnitScope<A>> {
  if (!certificate) throw new Refusal('not_found', '没有这张绿证')
  return unitScope(actor, String(certificate.classId), action).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not_found') {
      throw new Refusal('not_found', '没有这张绿证')
    }
    throw error
  })
}
