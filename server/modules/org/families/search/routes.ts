import type Router from '@koa/router'
import * as api from '#contract/families'
import { shownNumber } from '../../../../infra/id-numbers.ts'
import { serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../policy.ts'
import * as tree from '../../tree/service.ts'
import { mattersIn } from '../matters/service.ts'
import { findFamilies } from './service.ts'

/** As many as fit below a search field. */
const SHOWN = 20

export function searchRoutes(router: Router, { fields, clock }: Deps) {
  serve(router, api.searchFamilies, async ({ actor, unitId, search }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    await audit.namesSeen('families.listed', scope, clock.now())
    const { students, hasMore } = await findFamilies(scope, search, { most: SHOWN }, { fields })
    const names = await tree.fullNamesOf([...new Set(students.map((it) => String(it.classId)))])
    return {
      families: students.map(({ _id, number, name, classId }) => ({
        studentId: String(_id),
        number: shownNumber(number),
        name,
        className: names.get(String(classId)) ?? '',
      })),
      hasMore,
    }
  })

  serve(router, api.listFamilyMatters, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'decideJoins')
    await audit.view('joins.listed', scope, {}, clock.now())
    return { matters: await mattersIn(scope, clock.now()) }
  })
}
