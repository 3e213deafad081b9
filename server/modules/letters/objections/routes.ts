import type Router from '@koa/router'
import * as api from '#contract/letter-receipts'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import { unitScope } from '../../org/policy.ts'
import { isSender, letterWithin } from '../policy.ts'
import { presentObjections } from './present.ts'
import { openWithin } from './open/service.ts'
import { objectionsOn, settle } from './service.ts'

export function objectionRoutes(router: Router, { clock, fields }: Deps) {
  serve(router, api.readObjections, async ({ actor, letterId, classId }) => {
    const inScope = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const { letter, scope } = inScope
    const found = await objectionsOn(inScope)
    const [students, bonds] = await Promise.all([
      findStudents(found.studentIds.map(String)),
      joinedGuardiansOf(found.studentIds),
    ])
    await audit.namesSeen('objections.read', scope, clock.now(), `《${letter.title}》`)
    students.sort((a, b) => (a.number < b.number ? -1 : 1))
    const seeReasons = isSender(actor, letter)
    return {
      className: found.sheet.className,
      rows: presentObjections(found, { students, bonds, isSender: seeReasons }, { fields }),
      abilities: { settle: letter.status === 'sent' && scope.may('writeLetters'), seeReasons },
    }
  })

  serve(router, api.settleObjection, async ({ actor, letterId, classId, studentId, decision, note }) => {
    const inScope = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const { letter, scope } = inScope
    if (!scope.may('writeLetters')) throw new Refusal('forbidden', '您的岗位不能替家长登记')
    await settle(inScope, { studentId, decision, note }, actor, clock.now())
    const detail = `《${letter.title}》：${decision}`
    await audit.record('answer.settled', { unit: scope, studentIds: [studentId], detail }, clock.now())
    return DONE
  })

  serve(router, api.listOpenObjections, async ({ actor, unitId }) => ({
    sheets: await openWithin(await unitScope(actor, unitId, 'seeFamilies')),
  }))
}
