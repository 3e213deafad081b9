import type Router from '@koa/router'
import * as api from '#contract/staff-letters'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { childrenOf, fullNamesOf } from '../../org/tree/service.ts'
import { hiddenWithin } from '../looks/service.ts'
import { letterWithin } from '../policy.ts'
import { letterForStaff } from './policy.ts'
import { presentStaffLetter, presentStaffLine, presentStaffRows } from './present.ts'
import { NO_STAFF } from './rules.ts'
import * as staff from './service.ts'

const shown = async (opened: Awaited<ReturnType<typeof staff.recordOfStaff>>) =>
  presentStaffLetter(opened, await hiddenWithin(opened.letter))

export function staffLetterRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listMyStaffLetters, async ({ actor, only, after }) => {
    const now = clock.now()
    if (only === 'todo') {
      return { letters: (await staff.openLettersToStaff(actor, now)).map(presentStaffLine), next: null }
    }
    const { lines, next } = await staff.lettersToStaff(actor, after, now)
    return { letters: lines.map(presentStaffLine), next }
  })

  serve(router, api.openMyStaffLetter, async ({ actor, letterId }) => {
    const proof = await letterForStaff(actor, letterId)
    return shown(await staff.recordOfStaff(proof, ['read'], clock.now()))
  })

  serve(router, api.confirmMyStaffLetter, async ({ actor, letterId }) => {
    const proof = await letterForStaff(actor, letterId)
    return shown(await staff.recordOfStaff(proof, ['read', 'confirmed'], clock.now()))
  })

  serve(router, api.readStaffFigures, async ({ actor, letterId, unitId }) => {
    const { letter, scope } = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const found = new Map((await staff.staffFigures(letter._id, scope)).map((it) => [it.unitId, it]))
    const here = { _id: unitId, kind: scope.kind, name: `${scope.name}本级` }
    const units = [...(scope.kind === 'school' ? [] : await childrenOf(unitId)), here]
    const rows = units.flatMap((it) => {
      const tally = found.get(String(it._id))
      return tally ? [{ ...tally, unitId: String(it._id), kind: it.kind, name: it.name }] : []
    })
    const total = rows.reduce(
      (sum, it) => ({
        expected: sum.expected + it.expected,
        read: sum.read + it.read,
        confirmed: sum.confirmed + it.confirmed,
      }),
      NO_STAFF,
    )
    const unit = { id: unitId, kind: scope.kind, name: scope.fullName }
    return { unit, total, rows, abilities: { seeNames: scope.may('appoint') } }
  })

  serve(router, api.readStaffSheet, async ({ actor, letterId, unitId }) => {
    const named = await staff.namedStaffSheet(await letterWithin(actor, letterId, unitId, 'appoint'))
    const units = await fullNamesOf(named.people.flatMap((it) => it.posts.map((one) => String(one.unitId))))
    const { expected, read, confirmed } = named.sheet ?? NO_STAFF
    const { unitName } = named
    return { unitName, tally: { expected, read, confirmed }, rows: presentStaffRows(named, units) }
  })
}
