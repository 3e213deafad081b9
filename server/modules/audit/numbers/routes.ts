import type Router from '@koa/router'
import { showIdNumber, showNumber } from '#contract/audit'
import { Refusal } from '../../../http/errors.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { idNumberOf } from '../../org/families/numbers/service.ts'
import { findStudent, guardiansOf } from '../../org/families/service.ts'
import type { StaffActor } from '../../../http/actor.ts'
import { unitScope } from '../../org/policy.ts'
import { record } from '../service.ts'
import { ID_NUMBER, whyInWords } from './rules.ts'
import { requireFew } from './service.ts'

const nobody = () => new Refusal('not_found', '没有这位家长，或孩子不在您的管理范围内')

export function numberRoutes(router: Router, { clock, fields }: Deps) {
  serve(router, showNumber, async ({ actor, studentId, guardianshipId, reason, words }) => {
    const now = clock.now()
    const { scope } = await inScope(actor, studentId)
    const bond = (await guardiansOf([studentId])).find((it) => String(it._id) === guardianshipId)
    if (!bond) throw nobody()
    await requireFew(actor.personId, now)
    const detail = whyInWords(`${bond.relation}的号码`, reason, words)
    const personId = bond.personId ? String(bond.personId) : undefined
    // Written before the number leaves: what is not in the log was not shown.
    await record('phone.shown', { unit: scope, studentIds: [studentId], personId, detail }, now)
    return { phone: bond.phone ? fields.open(bond.phone) : null }
  })

  serve(router, showIdNumber, async ({ actor, studentId, reason, words }) => {
    const now = clock.now()
    const { student, scope } = await inScope(actor, studentId)
    const number = idNumberOf(student, { fields })
    if (number === null) return { number }
    await requireFew(actor.personId, now)
    const detail = whyInWords(ID_NUMBER, reason, words)
    await record('idNumber.shown', { unit: scope, studentIds: [studentId], detail }, now)
    return { number }
  })
}

/** A student who is here, and the actor's way to the class; anybody else does not exist. */
async function inScope(actor: StaffActor, studentId: string) {
  const student = await findStudent(studentId)
  if (!student || student.leftAt) throw nobody()
  const scope = await unitScope(actor, String(student.classId), 'seeFamilies').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? nobody() : error
  })
  return { student, scope }
}
